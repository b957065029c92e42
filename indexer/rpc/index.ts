// The way to the chain's nodes: calls with time-outs, several URLs with failover, and what their refusals mean.

export { backOff } from "./backoff.ts";
export { createEndpoint } from "./endpoint.ts";
export type { Endpoint, RpcAnswer, RpcCall } from "./endpoint.ts";
export { isTrouble, readRetryAfter, rpcFailure, spanSaid, troubleOf } from "./fault.ts";
export type { RpcError, RpcFailure, RpcTrouble } from "./fault.ts";
export { createNodes } from "./nodes.ts";
export type { ChainIdentity, Nodes, NodeState } from "./nodes.ts";
export { nodesTransport } from "./transport.ts";
