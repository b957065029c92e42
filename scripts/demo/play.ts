// The demonstration itself, act by act: who is verified, what lies in the charts, who may see it, who looked. Rule: each
// act first looks whether it has happened, so that a run that was cut short is carried on by the next.

import { z } from "zod";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { requestRef, wrapNote } from "#protocol/keys/index.ts";
import { profileToFhir } from "#protocol/profile/index.ts";
import { anaProfile } from "./ana-profile.ts";
import { anaRecords, filedRecord } from "./ana-records.ts";
import { book, publishHours } from "./appointments.ts";
import { benRecords } from "./ben-records.ts";
import { fileRecord, fillChart, sealChart } from "./chart.ts";
import { grantAll, readDocuments, readRecord, rekey, revoke, type Given } from "./consents.ts";
import { openSharedKey } from "./membership.ts";
import { ownId, relayActs, signIn, type Enrolled } from "./participant.ts";
import type { DemoRecord } from "./record.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const REVOKED = 2;

/** Everybody with a vault. */
export type Cast = {
  ana: Enrolled;
  ben: Enrolled;
  lena: Enrolled;
  tomas: Enrolled;
  noor: Enrolled;
  clinic: Enrolled;
  maya: Enrolled;
};

/** Fills both charts, and hands their seals to the gateway. */
export async function playCharts(stage: Stage, { ana, ben }: Cast): Promise<void> {
  const records = [makeProfileRecord(stage, ana), ...anaRecords];
  const referral = ownId(ben, "document ben-referral");
  await Promise.all([fillChart(stage, ana, records), fillChart(stage, ben, benRecords)]);
  await Promise.all([
    sealChart(stage, ana, { records, named: [] }),
    sealChart(stage, ben, { records: benRecords, named: [referral] }),
  ]);
}

function makeProfileRecord({ place, now }: Stage, { address }: Enrolled): DemoRecord {
  return {
    key: "ana-profile",
    category: "profile",
    title: "Profile",
    fileName: "profile.json",
    mediaType: "application/fhir+json",
    daysAgo: 0,
    tags: [],
    make: () =>
      new TextEncoder().encode(
        JSON.stringify(profileToFhir(anaProfile, { subject: address, chainId: place.chainId, recordedAt: now })),
      ),
  };
}

/** Ana's consents in the order lena, clinic, noor, tomas; and Ben's. */
type Consents = { lena: Given; clinic: Given; noor: Given; tomas: Given; benLena: Given; benTomas: Given };

/** Grants everything. */
export async function playConsents(stage: Stage, { ana, ben, lena, tomas, noor, clinic }: Cast): Promise<Consents> {
  const { now } = stage;
  const [ofAna, ofBen] = await Promise.all([
    grantAll(stage, ana, [
      {
        key: "lena",
        grantee: lena.address,
        ops: READ,
        categories: ["labs", "imaging", "vitals", "notes"],
        purposes: ["TREAT"],
        expiresAt: now + 30 * DAY,
      },
      {
        key: "clinic",
        grantee: clinic.address,
        ops: READ,
        categories: ["conditions", "allergies", "medications"],
        purposes: ["TREAT"],
        expiresAt: now + 20 * HOUR,
      },
      {
        key: "noor",
        grantee: noor.address,
        ops: CONTRIBUTE,
        categories: ["labs"],
        purposes: ["TREAT"],
        expiresAt: now + 90 * DAY,
      },
      {
        key: "tomas",
        grantee: tomas.address,
        ops: READ,
        categories: ["medications", "immunizations"],
        purposes: ["TREAT"],
        expiresAt: now + 30 * DAY,
      },
    ]),
    grantAll(stage, ben, [
      {
        key: "lena",
        grantee: lena.address,
        ops: READ,
        categories: ["labs", "medications"],
        purposes: ["TREAT"],
        expiresAt: now + 60 * DAY,
      },
      {
        key: "tomas",
        grantee: tomas.address,
        ops: READ,
        categories: [],
        documents: [ownId(ben, "document ben-referral")],
        purposes: ["TREAT"],
        terms: { uses: 5, keep: "view" },
        expiresAt: now + 14 * DAY,
      },
    ]),
  ]);
  const [withLena, withClinic, withNoor, withTomas] = ofAna;
  const [benLena, benTomas] = ofBen;
  if (!withLena || !withClinic || !withNoor || !withTomas || !benLena || !benTomas)
    throw new RangeError("A consent of the demonstration is missing.");
  return { lena: withLena, clinic: withClinic, noor: withNoor, tomas: withTomas, benLena, benTomas };
}

const receiptsSchema = z.object({
  items: z.array(
    z.object({
      receipt: z.object({
        body: z.object({ kind: z.string(), request: z.object({ request: z.object({ scope: z.string() }) }) }),
      }),
    }),
  ),
});

/** True where the reader has a receipt of this kind under the consent already. */
async function wasRead({ call }: Enrolled, { scope }: Given, kind: "released" | "refused"): Promise<boolean> {
  const { items } = await call.get("/api/receipts?as=reader&limit=200", receiptsSchema);
  return items.some(({ receipt: { body } }) => body.kind === kind && body.request.request.scope === scope);
}

/** The providers read; the laboratory adds a result. */
export async function playReads(
  stage: Stage,
  { ana, ben, lena, tomas, noor, clinic }: Cast,
  consents: Consents,
): Promise<void> {
  const ofAna = (...keys: string[]) => keys.map((key) => ownId(ana, `document ${key}`));
  const as = ({ key, ...person }: Enrolled) => ({ ...person, secretKey: key.secretKey });
  if (!(await wasRead(lena, consents.lena, "released"))) {
    await readDocuments(stage, as(lena), {
      consent: consents.lena,
      documents: ofAna("ana-blood-count", "ana-lipids"),
      purpose: "TREAT",
    });
    await readDocuments(stage, as(lena), {
      consent: consents.lena,
      documents: ofAna("ana-chest-film"),
      purpose: "TREAT",
    });
    await readDocuments(stage, as(lena), {
      consent: consents.benLena,
      documents: [ownId(ben, "document ben-kidney")],
      purpose: "TREAT",
    });
  }
  if (!(await wasRead(clinic, consents.clinic, "released"))) {
    // As a member: the clinic's consent, the clinic's key from her box, the doctor's own session and signature.
    const member = await signIn(stage, { index: lena.index, organisation: clinic.address });
    const secretKey = await openSharedKey(stage, { organisation: clinic.address, member: lena });
    await readDocuments(
      stage,
      { ...member, secretKey },
      { consent: consents.clinic, documents: ofAna("ana-medications"), purpose: "TREAT" },
    );
  }
  if (
    !(await wasRead(tomas, consents.tomas, "released")) &&
    (await readRecord(stage, consents.tomas)).status !== REVOKED
  ) {
    await readDocuments(stage, as(tomas), {
      consent: consents.tomas,
      documents: ofAna("ana-medications"),
      purpose: "TREAT",
    });
    await readDocuments(stage, as(tomas), {
      consent: consents.benTomas,
      documents: [ownId(ben, "document ben-referral")],
      purpose: "TREAT",
    });
  }
  await fileRecord(stage, { author: noor, subject: ana.address, scope: consents.noor.scope }, filedRecord);
}

/** Ana revokes one consent; what remains gets fresh keys; one more try is refused; a request waits. */
export async function playRevoke(stage: Stage, { ana, tomas }: Cast, consents: Consents): Promise<void> {
  if ((await readRecord(stage, consents.tomas)).status !== REVOKED) await revoke(stage, ana, consents.tomas);
  if ((await stage.readLedger({ functionName: "epochOf", args: [ana.address] })) === 0) {
    await rekey(stage, ana, [consents.lena, consents.clinic, consents.noor]);
  }
  if (!(await wasRead(tomas, consents.tomas, "refused"))) {
    const { key, ...person } = tomas;
    const documents = [ownId(ana, "document ana-immunizations")];
    await readDocuments(
      stage,
      { ...person, secretKey: key.secretKey },
      { consent: consents.tomas, documents, purpose: "TREAT" },
    );
  }
  await playRequest(stage, { ana, tomas });
}

const requestsSchema = z.object({ items: z.array(z.object({ subject: z.string() })) });

async function playRequest(stage: Stage, { ana, tomas }: Pick<Cast, "ana" | "tomas">): Promise<void> {
  const asked = await tomas.call.get("/api/requests?as=grantee&limit=200", requestsSchema);
  if (asked.items.some(({ subject }) => subject === ana.address)) return;
  const note = wrapNote(
    { place: stage.place, kind: "request", subject: ana.address, ref: requestRef(tomas.address) },
    {
      recipients: [
        { address: ana.address, key: ana.key.publicKey },
        { address: tomas.address, key: tomas.key.publicKey },
      ],
      note: {
        categories: ["conditions", "medications", "labs"],
        purposes: ["TREAT"],
        ops: READ,
        days: 90,
        reason: "I would like to review your blood pressure and your new medicines before your visit next month.",
        name: "Dr Tomás Reyes, General Practice",
      },
    },
  );
  await tomas.call.putBlock({ cid: manifestCid(note.digest), bytes: note.bytes });
  const args = { grantee: tomas.address, subject: ana.address, note: note.digest, deadline: stage.now + HOUR };
  await relayActs(stage, tomas, [{ act: { name: "request", args } }]);
}

/** Hours, one appointment that stands, one that waits for an answer. */
export async function playAppointments(stage: Stage, { ana, ben, lena }: Cast): Promise<void> {
  await publishHours(stage, lena);
  await book(stage, {
    patient: ana,
    provider: lena,
    key: "follow-up",
    inDays: 3,
    reason: "Follow-up: blood pressure and blood results",
    details: "Please bring the readings of the last two weeks.",
    confirmed: true,
  });
  await book(stage, {
    patient: ben,
    provider: lena,
    key: "palpitations",
    inDays: 5,
    reason: "Palpitations, referred by Dr Reyes",
    details: "Three episodes in the last month, ten minutes each.",
    confirmed: false,
  });
}
