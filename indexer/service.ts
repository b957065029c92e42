// What the parts of the service hand each other: one value, made once in index.ts, given to every route and loop.

import type { Chain } from "./chain.ts";
import type { Config } from "./config.ts";
import type { Gateway } from "./gateway/index.ts";
import type { Ipfs } from "./ipfs/index.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Relay } from "./relay/index.ts";
import type { Database } from "./store/database.ts";
import type { SharedSync } from "./writer/shared-sync.ts";
import type { Writer } from "./writer/index.ts";

/** What exists before gateway and relay do; they are made from it. */
export type Foundation = {
  config: Config;
  log: Log;
  metrics: Metrics;
  /** Wall clock in Unix seconds. */
  now: () => number;
  database: Database;
  chain: Chain;
  ipfs: Ipfs;
  /** Whether this process writes, and the database for what only a writer does. */
  writer: Writer;
};

/** The whole service, as a route handler sees it. */
export type Service = Foundation & {
  gateway: Gateway;
  relay: Relay;
  /** How the index stands, whichever process writes it. */
  sync: SharedSync;
  /** Web origins that may sign in and change things. */
  origins: () => string[];
};
