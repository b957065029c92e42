// Hashes blocks of ciphertext for the vault's thread.
import { serveDigests } from "#protocol/documents/index.ts";
import type { ThreadPort } from "#protocol/threads.ts";

// A worker's own scope; the app's types know the page's alone.
serveDigests(self as unknown as ThreadPort);
