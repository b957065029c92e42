// The IPFS node: Helia inside this process, or Kubo where IPFS_API_URL says so.

import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { openHelia } from "./helia.ts";
import { openKubo } from "./kubo.ts";
import type { Ipfs } from "./ipfs.ts";

export type { Ipfs } from "./ipfs.ts";

type Settings = Pick<Config, "dataDir" | "ipfsApiUrl" | "ipfsPort" | "ipfsPeers" | "blocksDir">;

/** How often a peer that may have gone is dialled again; a connection that stands is kept. */
const DIAL_EVERY_MS = 15_000;

/** Opens the node that the configuration names, and keeps it connected to the peers that it names. */
export async function openIpfs(config: Settings, { log }: { log?: Log } = {}): Promise<Ipfs> {
  const node = await openNode(config);
  if (config.ipfsPeers.length === 0) return node;
  let told = "";
  async function dial(): Promise<void> {
    const tries = await Promise.allSettled(config.ipfsPeers.map((peer) => node.connect(peer)));
    const away = tries.filter(({ status }) => status === "rejected").length;
    if (`${away}` !== told) log?.info("ipfs-peers", { connected: tries.length - away, away });
    told = `${away}`;
  }
  void dial();
  const timer = setInterval(() => void dial(), DIAL_EVERY_MS);
  timer.unref();
  return {
    ...node,
    async stop() {
      clearInterval(timer);
      await node.stop();
    },
  };
}

async function openNode(config: Settings): Promise<Ipfs> {
  if (config.ipfsApiUrl !== null) return openKubo(config.ipfsApiUrl);
  const folder = join(config.dataDir, "ipfs");
  return openHelia({ folder, blocks: config.blocksDir ?? join(folder, "blocks"), port: config.ipfsPort });
}
