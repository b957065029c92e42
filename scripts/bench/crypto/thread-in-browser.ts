// The thread beside the one that measures, as the app has it: hashes blocks while others are encrypted.

import { serveDigests } from "#protocol/documents/index.ts";
import type { ThreadPort } from "#protocol/threads.ts";

serveDigests(globalThis as unknown as ThreadPort);
