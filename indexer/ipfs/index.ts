// The IPFS node: Helia inside this process, or Kubo where IPFS_API_URL says so.

import { join } from "node:path";
import type { Config } from "../config.ts";
import { openHelia } from "./helia.ts";
import { openKubo } from "./kubo.ts";
import type { Ipfs } from "./ipfs.ts";

export type { Ipfs } from "./ipfs.ts";

/** Opens the node that the configuration names. */
export async function openIpfs(
  config: Pick<Config, "dataDir" | "ipfsApiUrl" | "ipfsPort" | "blocksDir">,
): Promise<Ipfs> {
  if (config.ipfsApiUrl !== null) return openKubo(config.ipfsApiUrl);
  const folder = join(config.dataDir, "ipfs");
  return openHelia({ folder, blocks: config.blocksDir ?? join(folder, "blocks"), port: config.ipfsPort });
}
