// Somebody who goes past the app: signs in as a demo person with their (public) key and asks the gateway directly, as a
// changed app would. What the gateway refuses here, no app can get.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Address, Hex } from "viem";
import { fromHex, utf8 } from "#protocol/bytes.ts";
import { decodeManifest, manifestCid, openOwner } from "#protocol/documents/index.ts";
import {
  compartmentKey,
  currentRoot,
  decodeVault,
  deriveEncryptionKey,
  deriveVaultAccount,
  openVault,
  readKitFile,
} from "#protocol/keys/index.ts";
import { readDocuments } from "#scripts/demo/consents.ts";
import { signIn } from "#scripts/demo/participant.ts";
import { openStage } from "#scripts/demo/stage.ts";
import type { Stack } from "../stack.ts";

const consentsShape = z.object({
  items: z.array(z.object({ subject: z.string(), grantee: z.string(), scope: z.string() })),
});
const documentsShape = z.object({ items: z.array(z.object({ document: z.string() })) });

/** What the gateway answers when the demo person with this index asks for all documents, under their newest consent. */
export async function askGateway(
  stack: Stack,
  options: { index: number; subject: Address; subjectIndex: number },
): Promise<string[]> {
  const stage = await openStage(stack);
  const reader = await signIn(stage, { index: options.index });
  const { items } = await reader.call.get("/api/consents?as=grantee&limit=50", consentsShape);
  const newest = items.find(({ subject }) => subject === options.subject);
  if (newest === undefined) throw new Error("The reader holds no consent of this subject.");
  const subject = await signIn(stage, { index: options.subjectIndex });
  const own = await subject.call.get(`/api/documents?subject=${options.subject}&limit=50`, documentsShape);
  const { reasons } = await readDocuments(
    stage,
    { ...reader, secretKey: new Uint8Array(32) },
    {
      consent: { subject: options.subject, grantee: reader.address, scope: newest.scope as Hex } as never,
      documents: own.items.map(({ document }) => document as Hex),
      purpose: "TREAT",
    },
  );
  return reasons;
}

const vaultShape = z.unknown();
const listShape = z.object({
  items: z.array(z.object({ document: z.string(), version: z.number(), manifest: z.string() })),
});

/** Everything secret that a patient's vault holds or leads to, by name: opened with passphrase and kit, as a person could. */
export async function openSecrets(
  stack: Stack,
  options: { index: number; kitFile: string; passphrase: string },
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const stage = await openStage(stack);
  const person = await signIn(stage, { index: options.index });
  const copy = await person.call.get("/api/vault", vaultShape);
  const blob = decodeVault(utf8(JSON.stringify(copy)));
  const { code } = readKitFile(await readFile(options.kitFile, "utf8"));
  const root = currentRoot(await openVault(blob, { type: "passphrase+kit", passphrase: options.passphrase, code }));
  const key = deriveEncryptionKey(root);
  const { items } = await person.call.get(`/api/documents?subject=${person.address}&limit=50`, listShape);
  const deks = await Promise.all(
    items.map(async ({ document, version, manifest }) => {
      const { owner } = decodeManifest(await person.call.getBlock(manifestCid(manifest as Hex)));
      const name = { place: stage.place, subject: person.address, document: document as Hex, version };
      return {
        name: `the key of document ${document.slice(0, 10)}`,
        bytes: openOwner(name, { secretKey: key.secretKey, owner }),
      };
    }),
  );
  const epochs = [0, 1, 2];
  return [
    { name: "the vault root", bytes: root },
    { name: "the encryption key", bytes: key.secretKey },
    { name: "the vault account's key", bytes: fromHex(deriveVaultAccount(root)) },
    ...["labs", "imaging"].flatMap((category) =>
      epochs.map((epoch) => ({
        name: `the ${category} key of epoch ${epoch}`,
        bytes: compartmentKey(root, { category, epoch }),
      })),
    ),
    ...deks,
  ];
}

const trailShape = z.object({
  items: z.array(z.object({ blockHash: z.string(), logIndex: z.number() })),
  next: z.string().nullable(),
});
const receiptsShape = z.object({ items: z.array(z.object({ hash: z.string() })), next: z.string().nullable() });

/** The names of all rows and receipts that an auditor is shown, in the service's order. */
export async function listEverything(stack: Stack, index: number): Promise<{ rows: string[]; receipts: string[] }> {
  const stage = await openStage(stack);
  const { call } = await signIn(stage, { index });
  const rows: string[] = [];
  const receipts: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: z.output<typeof trailShape> = await call.get(`/api/trail?order=oldest&limit=200${cursor}`, trailShape);
    rows.push(...page.items.map(({ blockHash, logIndex }) => `${blockHash}:${logIndex}`));
    cursor = page.next === null ? null : `&cursor=${encodeURIComponent(page.next)}`;
  }
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: z.output<typeof receiptsShape> = await call.get(
      `/api/receipts?as=gateway&limit=200${cursor}`,
      receiptsShape,
    );
    receipts.push(...page.items.map(({ hash }) => hash));
    cursor = page.next === null ? null : `&cursor=${encodeURIComponent(page.next)}`;
  }
  return { rows, receipts };
}
