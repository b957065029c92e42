// What a person may say to `npm start`.

import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "../build/project-root.ts";

/** The port that is tried first; the next free one is taken when it is busy. */
const usualPort = 4280;

/** How to start, as asked for. */
export type StartOptions = {
  rpcUrl: string | undefined;
  deployment: string | undefined;
  port: number;
  dataRoot: string;
  demo: boolean;
  help: boolean;
};

/** The text of `npm start -- --help`. */
export const startHelp = `npm start                     starts everything on this computer, with demo people
npm start -- [options]

  --rpc URL          use the chain behind this node instead of starting one
                     (contracts are deployed there only if none are known for it)
  --deployment FILE  use the contracts that this deployment.json names
  --port NUMBER      the page's port (${usualPort}; the next free one when that is busy)
  --data FOLDER      where to keep data (./data)
  --no-demo          no demo people, no demo wallet: the app as in production
  --help             this text

Stop with Ctrl-C. What the service keeps lies in FOLDER/<chain id>-<first block>/.`;

/**
 * Reads the command line.
 * @throws {Failure} "bad-input" for what it does not know
 */
export function readStartOptions(args: string[]): StartOptions {
  const values = parse(args);
  const port = Number(values.port ?? usualPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure("bad-input", `--port wants a number from 1 to 65535, not "${values.port}".`);
  }
  if (values.rpc !== undefined && !/^https?:$/.test(URL.canParse(values.rpc) ? new URL(values.rpc).protocol : "")) {
    throw new Failure("bad-input", `--rpc wants an address like http://127.0.0.1:8545.`);
  }
  return {
    rpcUrl: values.rpc,
    deployment: values.deployment === undefined ? undefined : resolve(values.deployment),
    port,
    dataRoot: values.data === undefined ? resolve(projectRoot, "data") : resolve(values.data),
    demo: values["no-demo"] !== true,
    help: values.help === true,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rpc: { type: "string" },
        deployment: { type: "string" },
        port: { type: "string" },
        data: { type: "string" },
        "no-demo": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new Failure("bad-input", `${cause instanceof Error ? cause.message : "Unknown option."}\n\n${startHelp}`, {
      cause,
    });
  }
}
