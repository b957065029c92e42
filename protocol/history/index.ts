// The history: folded, named, replayed, questioned, compared, verified.

export { compareRoll, compareTrail, type TrailDifference } from "./compare.ts";
export { decodeAct, decodeHistory, decodeLog, type KnownAct, type LedgerAct, type UnknownAct } from "./decode.ts";
export { describeAct, shortAddress, type Describable, type DescribeOptions } from "./describe.ts";
export { unpackDocument, type DocumentRecord } from "./document-record.ts";
export { faultAt, type Fault, type FaultContract, type FaultKind } from "./fault.ts";
export { foldHead, foldHistory, foldRoll, type Fold, type FoldState, type Step } from "./fold.ts";
export { compareLogs, parseLog, splitLog, unpackStamp, ZERO_WORD, type RawLog, type Stamp } from "./log.ts";
export {
  consentAt,
  couldRead,
  indexOpenings,
  isAuditorAt,
  isVerifiedAt,
  memberRoleAt,
  type ConsentAnswer,
  type ReadAnswer,
} from "./questions.ts";
export { replay } from "./replay.ts";
export { actRow, argsToJson, type RowValue, type TrailRow } from "./row.ts";
export * from "./state.ts";
