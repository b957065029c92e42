// The history: folded, named, replayed, questioned, compared, verified.

export { compareRoll, compareTrail, type TrailDifference } from "./compare.ts";
export { decodeAct, decodeHistory, decodeLog, type KnownAct, type LedgerAct, type UnknownAct } from "./decode.ts";
export { describeAct, shortAddress, type Describable, type DescribeOptions } from "./describe.ts";
export { useKeccak, type Keccak } from "../keccak.ts";
export { hashHeader, parseHeader, type Header } from "./header.ts";
export { extensionOf, immutablesOf, isBuild, type Builds } from "./code.ts";
export { unpackDocument, type DocumentRecord } from "./document-record.ts";
export { faultAt, type Fault, type FaultContract, type FaultKind } from "./fault.ts";
export { foldHead, foldHistory, foldRoll, foldSplit, type Fold, type FoldState, type Step } from "./fold.ts";
export {
  compareLogs,
  isAct,
  parseLog,
  splitHexLog,
  splitLog,
  unpackStamp,
  ZERO_WORD,
  type RawLog,
  type Stamp,
} from "./log.ts";
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
export { authorOf, sidesOf } from "./in-record.ts";
export { createChainReader, type ChainReader, type RawProof, type RpcRequest } from "./reader.ts";
export { replay } from "./replay.ts";
export { actRow, argsToJson, type RowValue, type TrailRow } from "./row.ts";
export * from "./report.ts";
export * from "./state.ts";
export { headSlot, HEADS_SLOT, ROLL_SLOT } from "./stored.ts";
export { proveAccount, proveSlot, readTrie, type ProvenAccount } from "./trie.ts";
export { verifyHistory, type VerifyOptions } from "./verify.ts";
