// Talking to workers.
export {
  createCaller,
  serveCalls,
  type CallContext,
  type Caller,
  type Calls,
  type Handlers,
  type Port,
} from "./calls.ts";
