// The history: folded, named, replayed, verified.

export { decodeAct, decodeHistory, decodeLog, type KnownAct, type LedgerAct, type UnknownAct } from "./decode.ts";
export { faultAt, type Fault, type FaultContract, type FaultKind } from "./fault.ts";
export { foldHead, foldHistory, foldRoll, type Fold, type FoldState, type Step } from "./fold.ts";
export { compareLogs, parseLog, splitLog, unpackStamp, ZERO_WORD, type RawLog, type Stamp } from "./log.ts";
export { actRow, argsToJson, type RowValue, type TrailRow } from "./row.ts";
