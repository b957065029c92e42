// An operator who deploys: two contracts, one file that says where they are, and nothing twice.

import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id, keccak256 } from "ethers";
import { network } from "hardhat";
import { deploy, deploymentSchema } from "#scripts/deploy.ts";
import { demoAccount } from "#scripts/demo-people.ts";

describe("An operator who deploys", () => {
  let dataDir = "";
  let rpcUrl = "";
  let server: Awaited<ReturnType<typeof network.createServer>>;

  before(async () => {
    server = await network.createServer({ network: "default", override: { loggingEnabled: false } }, "127.0.0.1", 0);
    const { address, port } = await server.listen();
    rpcUrl = `http://${address}:${port}`;
    dataDir = await mkdtemp(join(tmpdir(), "placet-deploy-"));
  });

  after(async () => {
    await server.close();
    await rm(dataDir, { recursive: true });
  });

  const ask = async <Result>(method: string, params: unknown[]): Promise<Result> => {
    const answer = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return ((await answer.json()) as { result: Result }).result;
  };

  it("finds both contracts where the file says, with the code whose hashes it names", async () => {
    const lines: string[] = [];
    const deployment = await deploy({ rpcUrl, dataDir, log: (line) => lines.push(line) });
    const written: unknown = JSON.parse(await readFile(join(dataDir, "deployment.json"), "utf8"));
    expect(deploymentSchema.parse(written)).to.deep.equal(deployment);
    expect(await readdir(dataDir)).to.deep.equal(["deployment.json"]);
    expect(lines).to.have.length(2);
    const { ledger, providerRegistry } = deployment;
    const ledgerExtension = await ask<string>("eth_call", [
      { to: ledger, data: id("extension()").slice(0, 10) },
      "latest",
    ]);
    const places = { ledger, ledgerExtension: `0x${ledgerExtension.slice(-40)}`, providerRegistry };
    for (const name of ["ledger", "ledgerExtension", "providerRegistry"] as const) {
      const code = await ask<string>("eth_getCode", [places[name], "latest"]);
      expect(keccak256(code), name).to.equal(deployment.buildHashes[name]);
    }
    const genesis = await ask<{ hash: string }>("eth_getBlockByNumber", ["0x0", false]);
    expect(deployment.genesisHash).to.equal(genesis.hash);
    expect(deployment.gateways).to.deep.equal([demoAccount(1).address]);
    expect(deployment.deployedAtBlock).to.equal(1);
  });

  it("gets the same contracts when asked again, and new ones when the file belongs to another chain", async () => {
    const file = join(dataDir, "deployment.json");
    const first = await deploy({ rpcUrl, dataDir });
    const blocks = await ask<string>("eth_blockNumber", []);
    expect(await deploy({ rpcUrl, dataDir })).to.deep.equal(first);
    expect(await ask<string>("eth_blockNumber", [])).to.equal(blocks);
    await writeFile(file, JSON.stringify({ ...first, genesisHash: `0x${"11".repeat(32)}` }));
    const second = await deploy({ rpcUrl, dataDir, gateways: [] });
    expect(second.ledger).to.not.equal(first.ledger);
    expect(second.gateways).to.deep.equal([]);
  });
});
