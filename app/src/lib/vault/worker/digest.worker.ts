// Hashes blocks of ciphertext for the vault's thread.
import { serveDigests } from "#protocol/documents/index.ts";

serveDigests(self);
