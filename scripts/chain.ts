// The development chain, a process of its own: whatever happens to the service, the ledger stays. It is started by
// scripts/launch.ts and by the end-to-end tests: `node scripts/chain.ts PORT OWNER_FILE`.

import { readFileSync } from "node:fs";
import hre from "hardhat";
import { z } from "zod";
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

/**
 * Brings the chain's clock to the wall clock. Its first block is dated at the beginning of the start, and every later one
 * keeps that distance: on a slow computer the ledger would live in the past for good.
 */
async function setClock(rpcUrl: string): Promise<void> {
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(rpcUrl, { method: "POST", body, headers: { "content-type": "application/json" } });
    return z.object({ result: z.unknown() }).parse(await answer.json()).result;
  };
  await ask("evm_mine");
  const { timestamp } = z.object({ timestamp: z.string() }).parse(await ask("eth_getBlockByNumber", "latest", false));
  const behind = Math.floor(Date.now() / 1000) - Number(timestamp);
  if (behind > 0) await ask("evm_increaseTime", behind);
}

function hasOwner(): boolean {
  try {
    const { owner } = JSON.parse(readFileSync(ownerFile ?? "", "utf8"));
    return isAlive(Number(owner));
  } catch {
    return false;
  }
}

const address = await server.listen();
await setClock(`http://127.0.0.1:${address.port}`);
process.send?.({ listening: `http://127.0.0.1:${address.port}` });
