// `npm run audit`: what an auditor runs against a node that they need not trust. Ends with 0 when all is genuine and
// complete, 1 when something is not, 2 when it could not run.

import { isFailure } from "#protocol/failure.ts";
import { auditHelp, readAuditOptions } from "./audit/options.ts";
import { runAudit } from "./audit/run.ts";
import { auditToJson, tellAudit } from "./audit/tell.ts";

/** Runs the command; returns its exit code. */
export async function main(args: string[]): Promise<0 | 1 | 2> {
  try {
    const options = readAuditOptions(args);
    if (options === null) {
      console.log(auditHelp);
      return 0;
    }
    const live = process.stderr.isTTY && !options.json;
    const result = await runAudit(options, (line) => live && process.stderr.write(`\r\u001B[K${line}`));
    if (live) process.stderr.write("\r\u001B[K");
    console.log(options.json ? auditToJson(result) : tellAudit(result, options));
    return result.genuine ? 0 : 1;
  } catch (error) {
    if (!isFailure(error)) {
      console.error(error);
      return 2;
    }
    // A node whose answers contradict each other is not a failure to run: it is what the audit found.
    const lies = error.code === "tampered";
    if (lies && args.includes("--json")) {
      const content = {
        format: "placet-audit",
        formatVersion: 1,
        genuine: false,
        faults: [{ message: error.message }],
      };
      console.log(JSON.stringify(content, null, 2));
    } else {
      console.error(lies ? `NOT IN ORDER\n\n  ✗ ${error.message}` : error.message);
    }
    return lies ? 1 : 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
