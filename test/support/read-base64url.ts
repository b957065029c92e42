// Reads texts as base64url: by itself, those that come in as a JSON list, so that a test can have it done in a process whose
// platform reads base64url, too.

import { fromBase64Url } from "#protocol/bytes.ts";
import { isFailure } from "#protocol/failure.ts";

/** The bytes of each text, or the code of the Failure that it is refused with. */
export function readTexts(texts: readonly string[]): (number[] | string)[] {
  return texts.map((text) => {
    try {
      return [...fromBase64Url(text)];
    } catch (error) {
      if (!isFailure(error)) throw error;
      return error.code;
    }
  });
}

if (import.meta.main) {
  let input = "";
  for await (const part of process.stdin) input += String(part);
  const byPlatform = typeof Uint8Array.fromBase64 === "function";
  process.stdout.write(JSON.stringify({ byPlatform, read: readTexts(JSON.parse(input) as string[]) }));
}
