// Which keys may be stored already, while this process fills an empty index: most acts make rows that are new, and asking
// the database for what it cannot have took a tenth of the time. A Bloom filter: about one byte a key, sometimes "maybe"
// for a key that was never added, never "no" for one that was. Rule: it speaks only of what one process stored from empty
// tables on; whoever does not know who else stored something does without.

/** The keys that one process has stored. */
export type Seen = {
  add(key: string): void;
  /** False when it was surely never added. */
  mayHold(key: string): boolean;
};

/** Bits of one filter: a megabyte. Another is begun when so many keys are in it that one in a hundred "maybes" is wrong. */
const BITS = 1 << 23;
const KEYS = 800_000;
const PROBES = 5;

/** Begins with no key. */
export function createSeen(): Seen {
  const filters: Uint32Array[] = [];
  let count = KEYS;

  return {
    add(key) {
      if (count >= KEYS) {
        filters.push(new Uint32Array(BITS / 32));
        count = 0;
      }
      count += 1;
      const filter = filters.at(-1);
      if (filter === undefined) return;
      hash(key);
      for (let probe = 0; probe < PROBES; probe += 1) {
        const bit = bitOf(probe);
        filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
      }
    },
    mayHold(key) {
      hash(key);
      return filters.some((filter) => {
        for (let probe = 0; probe < PROBES; probe += 1) {
          const bit = bitOf(probe);
          if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
        }
        return true;
      });
    },
  };
}

// Numbers and no list: it is asked several times for every act.
let [first, second] = [0, 0];

/** Takes the two hashes of a key, of which `bitOf` makes its bits. */
function hash(key: string): void {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < key.length; at += 1) {
    const code = key.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 13;
  }
  first = a ^ (a >>> 15);
  second = b | 1;
}

/** One bit of the key: two hashes, combined (Kirsch and Mitzenmacher, "Less hashing, same performance"). */
function bitOf(probe: number): number {
  return (first + Math.imul(probe, second)) & (BITS - 1);
}
