// Whom to ask, out of what a person pasted: an address, a link to this page, or the text of a patient's code.
import { getAddress, isAddress, type Address } from "viem";

/** The address in a pasted text; undefined when there is none, or when there are several different ones. */
export function readWhom(text: string): Address | undefined {
  const found = new Set(
    [...text.matchAll(/(?<![0-9a-zA-Z])0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/g)]
      .map(([match]) => match)
      // A checksum that is wrong is a typing mistake; all lower or all upper case carries none.
      .filter((match) => isAddress(match, { strict: /[a-f]/.test(match.slice(2)) && /[A-F]/.test(match.slice(2)) }))
      .map((match) => getAddress(match.toLowerCase())),
  );
  const [only] = found;
  return found.size === 1 ? only : undefined;
}

/** The link that leads a provider to asking this person. */
export function linkFor(origin: string, subject: Address): string {
  return `${origin}/provider/requests/new?to=${subject}`;
}
