// Fills in the demo people and their records, through the same protocol code and the same HTTP API that everybody uses:
// real sign-ins, real vaults, real capsules, signed acts through the relay. It can be run again: what is there is skipped.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { tellFailure } from "./build/tell-failure.ts";
import { confirmKeys, enrol, openPeopleFile, type PeopleFile } from "./demo/enrol.ts";
import { shareKey } from "./demo/membership.ts";
import { signIn, type Participant } from "./demo/participant.ts";
import { playAppointments, playCharts, playConsents, playReads, playRevoke, type Cast } from "./demo/play.ts";
import { addMember, fillRegistry } from "./demo/registry.ts";
import { openStage, type Stage } from "./demo/stage.ts";

/** Where to fill in, and where to tell how far it is. */
export type SeedOptions = {
  /** The service's address. */
  url: string;
  /** The node that the demo people's own wallets speak to. */
  rpcUrl: string;
  /** The service's data folder: demo-people.json is written there, and the service shows it. */
  dataDir: string;
  log: (line: string) => void;
  /** Called once everybody is enrolled and verified: from then on a person can look around while the rest comes in. */
  onPeople?: () => void;
};

const cast = { ana: 2, ben: 3, lena: 4, tomas: 5, noor: 6, clinic: 7, maya: 10 } as const satisfies Record<
  keyof Cast,
  number
>;

/** Fills in what is missing. Throws Failure("refused") where the service is no demonstration. */
export async function seed({ url, rpcUrl, dataDir, log, onPeople }: SeedOptions): Promise<void> {
  const file = await openPeopleFile(join(dataDir, "demo-people.json"));
  if (file.isComplete()) return onPeople?.();
  const began = Date.now();
  const stage = await openStage({ url, rpcUrl });
  log("Filling in demo people: keys and credentials.");
  const people = await enrolAll(stage, file);
  onPeople?.();
  log("Filling in demo records: two charts.");
  await playCharts(stage, people);
  log("Filling in demo consents, reads and appointments.");
  const consents = await playConsents(stage, people);
  await Promise.all([playReads(stage, people, consents), playAppointments(stage, people)]);
  await playRevoke(stage, people, consents);
  await file.complete();
  log(`Demo people and records are there (${Math.round((Date.now() - began) / 1000)} s).`);
}

async function enrolAll(stage: Stage, file: PeopleFile): Promise<Cast> {
  const join = async (index: number) => signIn(stage, { index });
  const signedIn: Record<keyof Cast, Participant> = {
    ana: await join(cast.ana),
    ben: await join(cast.ben),
    lena: await join(cast.lena),
    tomas: await join(cast.tomas),
    noor: await join(cast.noor),
    clinic: await join(cast.clinic),
    maya: await join(cast.maya),
  };
  const { ana, ben, lena, tomas, noor, clinic, maya } = signedIn;
  const open = (person: Participant) => enrol(stage, { person, file });
  const registry = fillRegistry(stage, [lena, tomas, noor, clinic, maya]).then(() =>
    addMember(stage, { organisation: clinic, member: lena }),
  );
  const [first, second, third, fourth, fifth, sixth, seventh] = await Promise.all([
    open(ana),
    open(ben),
    open(lena),
    open(tomas),
    open(noor),
    open(clinic),
    open(maya),
    registry,
  ]);
  // The two patients have compared the keys of those whom they are about to deal with.
  const others = [third, fourth, fifth, sixth];
  await Promise.all([
    ...[first, second].map((person) => confirmKeys(stage, { person, file, others })),
    shareKey(stage, { organisation: sixth, member: third, file }),
  ]);
  return { ana: first, ben: second, lena: third, tomas: fourth, noor: fifth, clinic: sixth, maya: seventh };
}

const help = `Fills in the people and records of the demonstration.

  npm run seed -- --url http://127.0.0.1:4280 --rpc http://127.0.0.1:8545 --data FOLDER

  --url   the running service (which must be a demonstration)
  --rpc   the development chain's node
  --data  the service's data folder, where demo-people.json is written`;

if (import.meta.main) {
  await tellFailure(async () => {
    const { values } = parseArgs({
      options: {
        url: { type: "string" },
        rpc: { type: "string" },
        data: { type: "string" },
        help: { type: "boolean" },
      },
    });
    const { url, rpc, data } = values;
    if (values.help === true || url === undefined || rpc === undefined || data === undefined) console.log(help);
    else await seed({ url, rpcUrl: rpc, dataDir: data, log: (line) => console.log(line) });
  });
}
