// A plausible hospital group in the service's own tables: patients, providers, consents and the audit rows that they
// leave. Digests are made up; every row has the shape and the spread of real ones.

import { createHash } from "node:crypto";
import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import type { CopyValue } from "#indexer/store/copy.ts";
import type { Database } from "#indexer/store/database.ts";
import { makeRandom } from "../chain/acts.ts";

/** How much to load. */
export type LoadOptions = { acts: number; patients: number; consents: number; providers: number };

/** Whom the bench asks as. */
export type Loaded = { patients: Address[]; providers: Address[] };

const FIRST_BLOCK = 10_000_000; // far above anything that the bench's own chain mines
const ACTS_A_BLOCK = 20;
const BLOCK_SECONDS = 12;
const CHUNK = 20_000;

const given = ["Anna", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Luca"];
const family = ["Arnold", "Becker", "Costa", "Dietrich", "Evans", "Ferreira", "Graf", "Haas", "Ivanov", "Jensen"];
const specialties = [
  "Cardiology",
  "Dermatology",
  "General practice",
  "Neurology",
  "Oncology",
  "Paediatrics",
  "Radiology",
];
const places = ["Berlin", "Lisbon", "Lyon", "Porto", "Vienna", "Zurich", "Graz", "Hamburg", "Leipzig", "Dresden"];

const addressOf = (kind: string, number: number): Address =>
  getAddress(`0x${createHash("sha256").update(`${kind} ${number}`).digest("hex").slice(0, 40)}`);

/** Fills the tables and lets the database look at them. */
export async function load(database: Database, sizes: LoadOptions): Promise<Loaded> {
  const patients = Array.from({ length: sizes.patients }, (_, at) => addressOf("patient", at));
  const providers = Array.from({ length: sizes.providers }, (_, at) => addressOf("provider", at));
  const random = makeRandom(7);
  const pick = (below: number) => Math.floor(random() * below);
  const word = (): Hex =>
    `0x${Array.from({ length: 8 }, () =>
      pick(2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    ).join("")}`;
  const of = (list: readonly Address[]): Address => list[pick(list.length)] ?? patientZero;
  const patientZero = addressOf("patient", 0);
  const text = (list: readonly string[]): string => list[pick(list.length)] ?? "";
  const now = Math.floor(Date.now() / 1000);

  await copyChunks(
    database,
    "cards",
    [
      "digest",
      "state",
      "name",
      "specialty",
      "place",
      "body",
      "search",
      "tries",
      "next_try",
      "name_folded",
      "place_folded",
    ],
    providers,
    (_, at) => {
      const [name, specialty, place] = [`Dr. ${text(given)} ${text(family)} ${at}`, text(specialties), text(places)];
      const body = JSON.stringify({ name, specialty, place, languages: ["en"], contact: "" });
      const lexemes = `${name} ${specialty} ${place}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
      return [
        digestOf("card", at),
        "held",
        name,
        specialty,
        place,
        body,
        [...new Set(lexemes)].map((each) => `'${each}'`).join(" "),
        1,
        0,
        name.toLowerCase(),
        place.toLowerCase(),
      ];
    },
  );
  await copyChunks(
    database,
    "credentials",
    ["key", "status", "kind", "licence", "card", "valid_until", "changed_at", "applied_at", "registrar"],
    providers,
    (provider, at) => [
      provider,
      2,
      1 + (at % 7),
      word(),
      digestOf("card", at),
      now + 10_000_000,
      now - at,
      now - at - 100,
      patientZero,
    ],
  );
  await copyChunks(
    database,
    "accounts",
    ["key", "encryption_key", "vault_account", "published_at", "generation", "epoch", "bundle"],
    patients,
    (patient) => [patient, word(), null, now - pick(1_000_000), 0, 0, null],
  );

  const lastBlock = FIRST_BLOCK + Math.floor(sizes.acts / ACTS_A_BLOCK);
  const timeOf = (block: number) => now - (lastBlock - block) * BLOCK_SECONDS;
  await copyChunks(
    database,
    "consents",
    [
      "key",
      "subject",
      "grantee",
      "scope",
      "status",
      "version",
      "ops",
      "not_before",
      "expires_at",
      "granted_at",
      "changed_at",
      "capsule",
      "replaces",
      "replaced_by",
      "ended_by",
      "block",
      "log_index",
      "tx",
    ],
    Array.from({ length: sizes.consents }),
    () => {
      const [subject, grantee, scope] = [of(patients), of(providers), word()];
      const block = FIRST_BLOCK + pick(lastBlock - FIRST_BLOCK);
      const at = timeOf(block);
      const ended = random() < 0.3;
      const until = at + 86_400 * (random() < 0.2 ? 1 : 3_650);
      return [
        `${subject}|${grantee}|${scope}`,
        subject,
        grantee,
        scope,
        ended ? 2 : 1,
        ended ? 2 : 1,
        1,
        at,
        until,
        at,
        at,
        word(),
        null,
        null,
        ended ? subject : null,
        block,
        pick(ACTS_A_BLOCK),
        word(),
      ];
    },
  );

  // A gateway that has been running for long holds what its consents cover; else it would look for it all through the bench.
  await database.execute(
    `insert into openings (key, subject, grantee, scope, capsule, state, box, tries, next_try)
     select key, subject, grantee, scope, capsule, 'held', decode(repeat('5a', 500), 'hex'), 1, 0 from consents
     on conflict (key) do nothing`,
  );

  const acts = Array.from({ length: sizes.acts }, (_, at) => at);
  const ledger = addressOf("ledger", 0);
  let parties: CopyValue[][] = [];
  for (let from = 0; from < acts.length; from += CHUNK) {
    const rows: CopyValue[][] = [];
    for (let at = from; at < Math.min(from + CHUNK, sizes.acts); at += 1) {
      const [block, logIndex] = [FIRST_BLOCK + Math.floor(at / ACTS_A_BLOCK), at % ACTS_A_BLOCK];
      const [subject, grantee, scope, capsule] = [of(patients), of(providers), word(), word()];
      const kind = random();
      const act = kind < 0.5 ? "Granted" : kind < 0.8 ? "Requested" : "Revoked";
      const args =
        act === "Requested"
          ? { grantee, subject, note: capsule }
          : {
              subject,
              grantee,
              scope,
              record: "115792089237316195423570985008687907853269984665640564039457584007",
              capsule,
            };
      const account = act === "Requested" ? grantee : subject;
      const topics = [word(), topicOf(account), topicOf(grantee), scope];
      const data: Hex = `0x${[word(), word(), word(), word()].map((each) => each.slice(2)).join("")}`;
      rows.push([
        "ledger",
        ledger,
        block,
        digestOf("block", block),
        timeOf(block),
        word(),
        logIndex,
        account,
        at,
        act,
        JSON.stringify(args),
        word(),
        word(),
        topics,
        data,
      ]);
      parties.push([subject, block, logIndex], [grantee, block, logIndex]);
    }
    await database.copyRows(
      "acts",
      [
        "contract",
        "address",
        "block",
        "block_hash",
        "time",
        "tx",
        "log_index",
        "account",
        "index",
        "act",
        "args",
        "head_before",
        "head_after",
        "topics",
        "data",
      ],
      rows,
    );
    await database.copyRows("act_parties", ["party", "block", "log_index"], parties);
    parties = [];
  }
  // What the service began to look for in the meantime.
  await database.execute("update openings set state = 'held' where state <> 'held'");
  // As long after a first filling as a service runs: what vacuum and checkpoint do is done, not on its way.
  await database.execute("vacuum analyze");
  await database.execute("checkpoint");
  return { patients, providers };
}

function digestOf(kind: string, number: number): Hex {
  return `0x${createHash("sha256").update(`${kind} ${number}`).digest("hex")}`;
}

function topicOf(address: Address): Hex {
  return `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
}

async function copyChunks<T>(
  database: Database,
  table: string,
  columns: readonly string[],
  things: readonly T[],
  make: (thing: T, at: number) => CopyValue[],
): Promise<void> {
  for (let from = 0; from < things.length; from += CHUNK)
    await database.copyRows(
      table,
      columns,
      things.slice(from, from + CHUNK).map((thing, at) => make(thing, from + at)),
    );
}
