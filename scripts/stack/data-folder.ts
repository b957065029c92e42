// Where a chain's data lies. A development chain forgets everything when it stops, so each has a folder of its own,
// named for chain id and first block; the folders of earlier chains are kept, never opened, and named to the person.

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChainIdentity } from "./identify-chain.ts";

/** The folder of one chain's data, and those of other chains with the same chain id beside it. */
export type DataFolder = { dataDir: string; isNew: boolean; others: string[] };

/** Finds or makes `<data root>/<chain id>-<first ten hex digits of the first block's hash>`. */
export async function openDataFolder(options: { dataRoot: string; chain: ChainIdentity }): Promise<DataFolder> {
  const { chainId, genesisHash } = options.chain;
  const name = `${chainId}-${genesisHash.slice(2, 12)}`;
  const entries = await readdir(options.dataRoot, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  await mkdir(join(options.dataRoot, name), { recursive: true });
  return {
    dataDir: join(options.dataRoot, name),
    isNew: !folders.includes(name),
    others: folders
      .filter((folder) => folder !== name && folder.startsWith(`${chainId}-`))
      .map((folder) => join(options.dataRoot, folder)),
  };
}
