// What an operator can set, by environment variables only, and in words what is wrong when a value cannot be used.
// Nothing here opens a file, a port or a connection: a configuration is a value.

import { resolve } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";

const url = (protocols: RegExp, example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.test(text), `must be a URL such as ${example}`);

const whole = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "must be a whole number").transform(Number).pipe(z.number().min(least).max(most));

const environment = z.object({
  PLACET_DATA: z.string().min(1).default("./.placet/service"),
  PLACET_RPC_URL: z
    .string()
    .transform((list) => list.split(",").map((text) => text.trim()))
    .pipe(
      z
        .array(url(/^https?:/, "http://127.0.0.1:8545"))
        .min(1)
        .max(16),
    )
    .default(["http://127.0.0.1:8545"]),
  PLACET_RPC_TIMEOUT_MS: whole(500, 120_000).default(15_000),
  PLACET_TRUST_HEADERS: z.enum(["0", "1"], "must be 0 or 1").default("0"),
  PLACET_DEPLOYMENT: z.string().min(1).default("./deployment.json"),
  PLACET_PORT: whole(0, 65_535).default(4280),
  PLACET_HOST: z.string().min(1).default("127.0.0.1"),
  PLACET_APP_DIR: z.string().min(1).optional(),
  PLACET_VIEWER_DIR: z.string().min(1).optional(),
  PLACET_GATEWAY_KEY: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/, "must be a private key: 0x and 64 hexadecimal digits")
    .optional(),
  PLACET_DEMO: z.enum(["0", "1"], "must be 0 or 1").default("0"),
  PLACET_DEMO_PEOPLE: z.string().min(1).optional(),
  PLACET_ORIGIN: z.string().min(1).optional(),
  PLACET_TRUST_PROXY: whole(0, 10).default(0),
  PLACET_RECEIPT_INTERVAL: whole(1, 86_400).default(60),
  PLACET_POLL_MS: whole(50, 60_000).default(150),
  PLACET_FINALITY_SECONDS: whole(0, 604_800).default(900),
  PLACET_MAX_LAG_SECONDS: whole(1, 86_400).optional(),
  PLACET_IPFS_PORT: whole(0, 65_535).default(0),
  PLACET_IPFS_PEERS: z
    .string()
    .transform((list) => list.split(",").map((text) => text.trim()))
    .pipe(
      z
        .array(
          z
            .string()
            .regex(
              /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/.*p2p\/\w+$/,
              "must be addresses such as /ip4/10.0.0.5/tcp/4001/p2p/...",
            ),
        )
        .max(16),
    )
    .default([]),
  PLACET_BLOCKS: z.string().min(1).optional(),
  PLACET_SESSION_MINUTES: whole(1, 720).default(15),
  PLACET_RATE_SIGN_IN: whole(1, 1_000_000).default(20),
  PLACET_RATE_RECORDS: whole(1, 1_000_000).default(100),
  PLACET_RATE_SEARCH: whole(1, 1_000_000).default(100),
  PLACET_RATE_WRITE: whole(1, 1_000_000).default(300),
  PLACET_RATE_RPC: whole(1, 1_000_000).default(3_000),
  PLACET_RATE_BLOCKS: whole(1, 1_000_000).default(12_000),
  PLACET_RATE_PER_ADDRESS: whole(1, 1_000_000).default(10),
  PLACET_RATE_PER_NETWORK: whole(1, 1_000_000).default(40),
  PLACET_RATE_TOTAL: whole(1, 1_000_000).default(400),
  PLACET_CHECK_RESPONSES: z.enum(["0", "1"], "must be 0 or 1").optional(),
  DATABASE_URL: url(/^postgres(ql)?:/, "postgresql://user@host/placet").optional(),
  IPFS_API_URL: url(/^https?:/, "http://127.0.0.1:5001").optional(),
});

/** The names of all environment variables that the service reads. */
export const settingNames: readonly string[] = Object.keys(environment.shape);

/** How often one account or network address may call, in requests a minute, by kind of route (row O5). */
export type RateLimits = {
  signIn: number;
  records: number;
  /** Pieces of documents: one document is many of them, and a page shows many documents. */
  blocks: number;
  search: number;
  write: number;
  rpc: number;
};

/** How many people's allowances one address, one network, and all callers together have. */
export type RateShares = { address: number; network: number; all: number };

/** Everything that the service can be told. Folders are absolute. */
export type Config = {
  /** The folder of this chain: database, blocks, gateway key, pid lock. */
  dataDir: string;
  rpcUrl: string;
  /** All nodes of the chain, the preferred one first; `rpcUrl` is that one. */
  rpcUrls: readonly string[];
  /** Milliseconds after which a call to a node is given up. */
  rpcTimeoutMs: number;
  /** Takes blocks' headers as the node gives them, for a chain that hashes its blocks in a way of its own. */
  trustsHeaders: boolean;
  deploymentFile: string;
  port: number;
  host: string;
  appDir: string | null;
  viewerDir: string | null;
  gatewayKey: `0x${string}` | null;
  demo: boolean;
  /** A JSON file that names the demo people; only read when `demo` is set. */
  demoPeopleFile: string | null;
  /** Web origins that may sign in and change things; empty means the service's own address. */
  origins: string[];
  /** How many reverse proxies stand in front and may be believed about the caller's address. */
  trustProxy: number;
  /** Seconds between two anchorings of receipts. */
  receiptInterval: number;
  /** Milliseconds between two looks at the chain's head. */
  pollMs: number;
  /** A block this many seconds older than the head counts as final where the node does not say. */
  finalitySeconds: number;
  /** How old (seconds) the newest block may be before nothing is released any more; null: derived from the chain's pace. */
  maxLagSeconds: number | null;
  /** TCP port on loopback of the embedded IPFS node; 0 picks a free one. */
  ipfsPort: number;
  /** Addresses of other IPFS nodes that this one gives blocks to and takes them from. */
  ipfsPeers: string[];
  /** The folder of the embedded node's blocks, which several processes may share; null for one inside the data folder. */
  blocksDir: string | null;
  /** How long, in seconds, a session's access token is good before it has to be renewed. */
  accessSeconds: number;
  rates: RateLimits;
  shares: RateShares;
  /** Whether each answer is checked against its published schema before it leaves. */
  checkResponses: boolean;
  databaseUrl: string | null;
  ipfsApiUrl: string | null;
};

/** Reads the configuration from environment variables; throws `bad-input` naming each variable that cannot be used and why. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const unknown = Object.keys(env).filter((name) => name.startsWith("PLACET_RATE_") && !settingNames.includes(name));
  const given = Object.fromEntries(settingNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = environment.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  for (const name of unknown) wrong.push(`${name} is not a limit that exists`);
  if (!parsed.success || wrong.length > 0) {
    throw new Failure(
      "bad-input",
      `The service cannot start with these settings: ${wrong.join("; ")}. Nothing was opened or changed.`,
    );
  }
  const e = parsed.data;
  return {
    dataDir: resolve(e.PLACET_DATA),
    rpcUrl: e.PLACET_RPC_URL[0] ?? "",
    rpcUrls: e.PLACET_RPC_URL,
    rpcTimeoutMs: e.PLACET_RPC_TIMEOUT_MS,
    trustsHeaders: e.PLACET_TRUST_HEADERS === "1",
    deploymentFile: resolve(e.PLACET_DEPLOYMENT),
    port: e.PLACET_PORT,
    host: e.PLACET_HOST,
    appDir: e.PLACET_APP_DIR === undefined ? null : resolve(e.PLACET_APP_DIR),
    viewerDir: e.PLACET_VIEWER_DIR === undefined ? null : resolve(e.PLACET_VIEWER_DIR),
    gatewayKey: (e.PLACET_GATEWAY_KEY as `0x${string}` | undefined) ?? null,
    demo: e.PLACET_DEMO === "1",
    demoPeopleFile: e.PLACET_DEMO_PEOPLE === undefined ? null : resolve(e.PLACET_DEMO_PEOPLE),
    origins: readOrigins(e.PLACET_ORIGIN),
    trustProxy: e.PLACET_TRUST_PROXY,
    receiptInterval: e.PLACET_RECEIPT_INTERVAL,
    pollMs: e.PLACET_POLL_MS,
    finalitySeconds: e.PLACET_FINALITY_SECONDS,
    maxLagSeconds: e.PLACET_MAX_LAG_SECONDS ?? null,
    ipfsPort: e.PLACET_IPFS_PORT,
    ipfsPeers: e.PLACET_IPFS_PEERS,
    blocksDir: e.PLACET_BLOCKS === undefined ? null : resolve(e.PLACET_BLOCKS),
    accessSeconds: e.PLACET_SESSION_MINUTES * 60,
    rates: {
      signIn: e.PLACET_RATE_SIGN_IN,
      records: e.PLACET_RATE_RECORDS,
      search: e.PLACET_RATE_SEARCH,
      write: e.PLACET_RATE_WRITE,
      rpc: e.PLACET_RATE_RPC,
      blocks: e.PLACET_RATE_BLOCKS,
    },
    shares: { address: e.PLACET_RATE_PER_ADDRESS, network: e.PLACET_RATE_PER_NETWORK, all: e.PLACET_RATE_TOTAL },
    checkResponses: (e.PLACET_CHECK_RESPONSES ?? e.PLACET_DEMO) === "1",
    databaseUrl: e.DATABASE_URL ?? null,
    ipfsApiUrl: e.IPFS_API_URL ?? null,
  };
}

/** Splits a comma-separated list of web origins; throws `bad-input` when one is not an origin. */
function readOrigins(list: string | undefined): string[] {
  return (list ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => {
      if (!URL.canParse(text) || new URL(text).origin === "null") {
        throw new Failure(
          "bad-input",
          `PLACET_ORIGIN must list web origins such as https://placet.example; "${text}" is none.`,
        );
      }
      return new URL(text).origin;
    });
}
