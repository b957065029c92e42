// The development chain, a process of its own: whatever happens to the service, the ledger stays. It is started by
// scripts/launch.ts and by the end-to-end tests: `node scripts/chain.ts PORT OWNER_FILE`.

import { readFileSync } from "node:fs";
import hre from "hardhat";
import { isAlive } from "./stack/lock.ts";

// How long the chain goes on alone after its launcher was killed, so that the next start finds the ledger as it was.
const aloneFor = 10 * 60_000;

const [port, ownerFile] = process.argv.slice(2);
const server = await hre.network.createServer("node", "127.0.0.1", Number(port));

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  // Open connections must not hold a forgetful chain back: nothing of it outlives the process anyway.
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.on("SIGHUP", () => {});
process.on("disconnect", () => {
  let aloneSince = Date.now();
  setInterval(() => {
    if (hasOwner()) aloneSince = Date.now();
    else if (Date.now() - aloneSince > aloneFor) stop();
  }, 2_000);
});

function hasOwner(): boolean {
  try {
    const { owner } = JSON.parse(readFileSync(ownerFile ?? "", "utf8"));
    return isAlive(Number(owner));
  } catch {
    return false;
  }
}

const address = await server.listen();
process.send?.({ listening: `http://127.0.0.1:${address.port}` });
