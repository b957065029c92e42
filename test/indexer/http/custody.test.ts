// What people entrust to the service: vaults, seals, and the proof that a key is held.

import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBase64Url, fromHex, randomBytes, sha256, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { makeSeal, newDek } from "#protocol/documents/index.ts";
import {
  compartmentKey,
  createVault,
  currentRoot,
  decodeKitCode,
  decodeVault,
  deriveVaultAccount,
  encodeVault,
  kitFetchSecret,
  kitFetchTag,
  openVault,
  sealVault,
  toServerCopy,
  typedForgetCopies,
  unwrap,
} from "#protocol/keys/index.ts";
import type { ForgetCopies, VaultBlob } from "#protocol/keys/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";
import { addSealed, funded, giveConsent, signInToRead } from "../support/reading.ts";
import type { Reader } from "../support/reading.ts";
import { createCaller, eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { enrol, word } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

const COST = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const asJson = (blob: VaultBlob): unknown => JSON.parse(new TextDecoder().decode(encodeVault(blob)));

describe("What is entrusted to the service", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let ana: Keyed;
  let lena: Keyed;
  let asAna: Reader;
  let asBen: Reader;
  let asLena: Reader;
  const at = () => ({ running, chain });

  type Signer = Pick<typeof people.ana, "signTypedData">;

  /** The header fields by which an account says that no other copy shall be kept. */
  async function signForget(
    told: { account: Address } & Pick<ForgetCopies, "digest"> & Partial<ForgetCopies>,
    by: Signer,
  ) {
    const all = { gateway: running.service.gateway.address, time: Math.floor(Date.now() / 1000), ...told };
    const signature = await by.signTypedData(typedForgetCopies(chain.place, all));
    return { "Placet-Vault-Time": String(all.time), "Placet-Vault-Signature": signature };
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    [ana, lena] = (await Promise.all([enrol(chain, people.ana), enrol(chain, people.lena)])) as [Keyed, Keyed];
    [asAna, asBen, asLena] = (await Promise.all(
      [people.ana, people.ben, people.lena].map((person) => signInToRead(running, person)),
    )) as [Reader, Reader, Reader];
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });

  it("a vault comes back to its owner alone, and opens with passphrase and kit together", async () => {
    const { vault, blob, kit } = await createVault({
      account: people.ana.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    expect((await asAna.call("GET", "/api/vault")).status).toBe(404);
    expect(await asAna.call("PUT", "/api/vault", asJson(toServerCopy(blob)))).toMatchObject({
      status: 200,
      body: { revision: blob.revision },
    });
    const held = await asAna.call("GET", "/api/vault");
    const opened = await openVault(decodeVault(new TextEncoder().encode(JSON.stringify(held.body))), {
      type: "passphrase+kit",
      passphrase: "a long enough passphrase",
      code: kit.code,
    });
    expect(currentRoot(opened)).toEqual(currentRoot(vault));
    expect((await asBen.call("GET", "/api/vault")).status).toBe(404);
    expect((await createCaller(running.url)("GET", "/api/vault")).status).toBe(401);
  });

  it("a vault that could be guessed at, or is somebody else's, is not taken", async () => {
    const { blob } = await createVault({
      account: people.ben.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    expect(await asBen.call("PUT", "/api/vault", asJson(blob))).toMatchObject({
      status: 403,
      body: { reason: "guessable" },
    });
    expect((await asAna.call("PUT", "/api/vault", asJson(toServerCopy(blob)))).status).toBe(403);
    expect((await asBen.call("PUT", "/api/vault", { format: "placet-vault" })).status).toBe(400);
    expect(
      (await asBen.call("PUT", "/api/vault", { ...(asJson(toServerCopy(blob)) as object), body: "A".repeat(70_000) }))
        .status,
    ).toBe(413);
  });

  it("an older vault never replaces a newer one, from whichever device it comes", async () => {
    const made = await createVault({
      account: people.lena.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    const second = sealVault(made.vault);
    const third = sealVault(second.vault);
    const put = (blob: VaultBlob, headers: Record<string, string> = {}) =>
      asLena.call("PUT", "/api/vault", asJson(toServerCopy(blob)), headers);
    const first = await put(made.blob, { "If-None-Match": "*" });
    expect((await put(second.blob, { "If-None-Match": "*" })).status).toBe(409);
    const tag = first.headers.get("ETag") ?? "";
    expect((await put(third.blob, { "If-Match": tag })).status).toBe(200);
    expect(await put(second.blob)).toMatchObject({ status: 409, body: { reason: "newer-vault" } });
    expect((await put(sealVault(third.vault).blob, { "If-Match": tag })).status).toBe(409);
    expect((await put(third.blob)).status).toBe(200);
  });

  it("a rubbish copy with the highest of numbers, left by a thief of a session, is cleared away by who has seen it", async () => {
    const mine = await createVault({
      account: people.lena.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    const rubbish = { ...toServerCopy(mine.blob), revision: 0xffffffff };
    const put = (blob: VaultBlob, headers: Record<string, string> = {}) =>
      asLena.call("PUT", "/api/vault", asJson(toServerCopy(blob)), headers);
    expect((await put(rubbish)).status).toBe(200);
    const ours = sealVault(mine.vault, { above: 30 }).blob;
    expect((await put(ours)).status).toBe(409);
    const tag = (await asLena.call("GET", "/api/vault")).headers.get("etag") ?? "";
    expect((await put(ours, { "If-Match": tag })).status).toBe(200);
    expect((await asLena.call("GET", "/api/vault")).body).toMatchObject({ revision: ours.revision });
  });

  it("a copy that was overwritten can be fetched back, and none that stood is pushed out by rubbish", async () => {
    const asMaya = await signInToRead(running, people.maya);
    const made = await createVault({
      account: people.maya.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    const put = (blob: VaultBlob) => asMaya.call("PUT", "/api/vault", asJson(toServerCopy(blob)));
    const former = async () => (await asMaya.call("GET", "/api/vault/former")).body.items;
    const digestOf = (blob: VaultBlob) => toHex(sha256(canonicalBytes(asJson(toServerCopy(blob)))));
    expect((await put(made.blob)).status).toBe(200);
    expect(await former()).toEqual([]);
    const age = (table: "vaults" | "former_vaults", digest: string, hours: number) =>
      running.service.database.query(`update ${table} set changed_at = changed_at - $2::bigint where digest = $1`, [
        digest,
        hours * 3_600,
      ]);
    // Two hours ago, it seems: what stood for an hour is somebody's own.
    await age("vaults", digestOf(made.blob), 2);
    const rubbishOf = (first: number) =>
      Array.from({ length: 5 }, (_, index) => ({ ...made.blob, revision: made.blob.revision + first + index }));
    for (const blob of rubbishOf(1)) expect((await put(blob)).status).toBe(200);
    const digests = async () => (await former()).map(({ digest }) => digest);
    expect(await digests()).toContain(digestOf(made.blob));
    expect(await digests()).toHaveLength(3);
    // A thief who takes their time has as long as the session: what stood longer is not theirs.
    await age("former_vaults", digestOf(made.blob), 12);
    for (const blob of rubbishOf(6)) {
      expect((await put(blob)).status).toBe(200);
      await age("vaults", digestOf(blob), 2);
    }
    const kept = await former();
    expect(kept).toHaveLength(4);
    const own = kept.find(({ digest }) => digest === digestOf(made.blob));
    expect(own).toMatchObject({ revision: made.blob.revision });
    const opened = await openVault(decodeVault(canonicalBytes(own?.["vault"])), {
      type: "passphrase+kit",
      passphrase: "a long enough passphrase",
      code: made.kit.code,
    });
    expect(currentRoot(opened)).toEqual(currentRoot(made.vault));
    // Whoever removes a way that somebody may know leaves nothing that it opens.
    const last = { ...made.blob, revision: made.blob.revision + 11 };
    const forget = async (changes: Partial<ForgetCopies> = {}, by: Signer = people.maya) =>
      asMaya.call(
        "PUT",
        `/api/vault?former=forget&kits=${"K".repeat(43)}`,
        asJson(toServerCopy(last)),
        await signForget({ account: people.maya.address, digest: digestOf(last), ...changes }, by),
      );
    const held = running.service.database;
    const kitsNow = async () =>
      (await held.query("select kit_tags from vaults where account = $1", [people.maya.address]))[0];
    // Who has her session, and its key, destroys none of what is left.
    const refused = { status: 403, body: { reason: "vault-signature" } };
    expect(await asMaya.call("PUT", "/api/vault?former=forget", asJson(toServerCopy(last)))).toMatchObject(refused);
    expect(await forget({}, people.ben)).toMatchObject(refused);
    expect(await forget({ digest: digestOf(made.blob) })).toMatchObject(refused);
    expect(await forget({ gateway: people.ben.address })).toMatchObject(refused);
    const late = await forget({ time: Math.floor(Date.now() / 1000) - 200 });
    expect(late).toMatchObject({ status: 403, body: { reason: "vault-time" } });
    expect(await former()).toHaveLength(4);
    // Where the ledger names a vault account, the wallet has no say.
    const [root, key] = [randomBytes(32), word()];
    const vaultAccount = privateKeyToAccount(deriveVaultAccount(root));
    const publish = { account: people.maya.address, encryptionKey: key, vaultAccount: vaultAccount.address };
    await chain.act(people.maya, { name: "publishKey", args: publish });
    expect(await forget()).toMatchObject(refused);
    expect(await former()).toHaveLength(4);
    // The same copy once more, and now what it says of kits and former copies is done.
    expect((await put(last)).status).toBe(200);
    expect(await kitsNow()).toEqual({ kit_tags: "" });
    expect((await forget({}, vaultAccount)).status).toBe(200);
    expect(await kitsNow()).toEqual({ kit_tags: "K".repeat(43) });
    expect(await former()).toEqual([]);
  });

  it("a vault that another account fetches with the kit is given, and its owner is told until the kit is gone", async () => {
    const asTomas = await signInToRead(running, people.tomas);
    const made = await createVault({
      account: people.tomas.address,
      passphrase: "a long enough passphrase",
      cost: COST,
    });
    const account = people.tomas.address;
    const code = decodeKitCode(made.kit.code);
    const other = toBase64Url(randomBytes(32));
    const leave = (tags: string[]) =>
      asTomas.call("PUT", `/api/vault?kits=${tags.join(",")}`, asJson(toServerCopy(made.blob)));
    expect((await leave([kitFetchTag(code, account), other])).status).toBe(200);
    const stream = openStream(running.url, asTomas.cookie);
    const told = async (as = asTomas) => (await as.call("GET", "/api/vault/fetches")).body.items;
    const fetchAs = async (as: Reader, secret: string) =>
      (await as.call("POST", "/api/vault/by-kit", { account, secret })).status;
    expect(await fetchAs(asBen, toBase64Url(randomBytes(32)))).toBe(404);
    expect(await fetchAs(asTomas, kitFetchSecret(code, account))).toBe(200);
    expect(await told()).toEqual([]);
    expect(await fetchAs(asBen, kitFetchSecret(code, account))).toBe(200);
    expect(await fetchAs(asBen, kitFetchSecret(code, account))).toBe(200);
    expect(await told()).toMatchObject([{ by: people.ben.address }]);
    expect(await told(asBen)).toEqual([]);
    await eventually(async () =>
      stream.events.some(({ event, data }) => event === "recovery" && data["subject"] === account),
    );
    await stream.close();
    expect((await asTomas.call("DELETE", "/api/vault/fetches")).status).toBe(204);
    expect(await told()).toEqual([]);
    expect(await fetchAs(asLena, kitFetchSecret(code, account))).toBe(200);
    expect(await told()).toMatchObject([{ by: people.lena.address }]);
    // With the kit goes what was to be said of it.
    expect((await leave([other])).status).toBe(200);
    expect(await told()).toEqual([]);
  });

  it("a guardian gives their share back, and the patient is told until they name guardians anew", async () => {
    const set = word();
    const box = "A".repeat(200);
    const shares = [people.ben, people.lena, people.tomas].map(({ address }) => ({ guardian: address, box }));
    expect((await asAna.call("PUT", "/api/guardians", { set, shares })).status).toBe(200);
    const asked = [people.ben, people.lena].map(({ address }) => ({ guardian: address, tag: "A".repeat(43) }));
    const ask = { id: word().slice(2, 34), set, publicKey: word(), asked };
    expect((await asAna.call("PUT", "/api/recovery", ask)).status).toBe(200);
    expect((await asBen.call("DELETE", `/api/guardianships/${ana.address}`)).status).toBe(204);
    expect((await asBen.call("DELETE", `/api/guardianships/${ana.address}`)).status).toBe(404);
    expect((await asBen.call("GET", "/api/guardianships")).body.items).toEqual([]);
    const told = (await asAna.call("GET", "/api/guardians")).body;
    expect(told.items.map(({ guardian }) => guardian).toSorted()).toEqual(
      [people.lena.address, people.tomas.address].toSorted(),
    );
    expect(told["declined"]).toMatchObject([{ guardian: people.ben.address, set }]);
    // Nobody waits for an answer that will not come.
    const waits = (await asAna.call("GET", "/api/recovery")).body["answers"] as { guardian: string }[];
    expect(waits.map(({ guardian }) => guardian)).toEqual([people.lena.address]);
    expect((await asAna.call("PUT", "/api/guardians", { set: word(), shares: [] })).status).toBe(200);
    expect((await asAna.call("GET", "/api/guardians")).body["declined"]).toEqual([]);
  });

  it("two pages that name guardians at once, or ask them, leave one set and one request", async () => {
    const box = "A".repeat(200);
    const sets = Array.from({ length: 6 }, () => word());
    const shares = [people.ben, people.lena].map(({ address }) => ({ guardian: address, box }));
    const statuses = await Promise.all(
      sets.map(async (set) => (await asAna.call("PUT", "/api/guardians", { set, shares })).status),
    );
    expect(statuses).toEqual(sets.map(() => 200));
    const held = (await asAna.call("GET", "/api/guardians")).body.items;
    expect(new Set(held.map(({ set }) => set)).size).toBe(1);
    expect(held).toHaveLength(2);
    const set = String(held[0]?.["set"]);
    const asked = [{ guardian: people.ben.address, tag: "A".repeat(43) }];
    const ids = sets.map((one) => one.slice(2, 34));
    const asks = ids.map(async (id) => asAna.call("PUT", "/api/recovery", { id, set, publicKey: word(), asked }));
    expect((await Promise.all(asks)).map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(ids).toContain((await asAna.call("GET", "/api/recovery")).body["id"]);
    await asAna.call("PUT", "/api/guardians", { set: word(), shares: [] });
  });

  it("a seal is taken from the patient, or from whoever filed the document, and the patient's own wins", async () => {
    const { document } = await addSealed(at(), { subject: ana, as: asAna });
    const { address, encryptionKey } = running.service.gateway;
    const seal = (subject: Keyed, of = document, gatewayKey = fromHex(encryptionKey, 32)) =>
      toBase64Url(
        makeSeal(
          { place: chain.place, subject: subject.address, document: of, gateway: address },
          {
            version: 1,
            category: "labs",
            epoch: 0,
            keyedBy: "category",
            key: compartmentKey(subject.root, { category: "labs", epoch: 0 }),
            dek: newDek(),
            gatewayKey,
          },
        ),
      );
    const put = (reader: Reader, of: typeof document, text: string) =>
      reader.call("PUT", "/api/seals", { seals: [{ subject: ana.address, document: of, version: 1, seal: text }] });
    expect((await put(asBen, document, seal(ana))).status).toBe(403);
    // Of an id that nobody anchored, seals could be handed in without end.
    expect(await put(asAna, word(), seal(ana))).toMatchObject({ status: 409, body: { reason: "not-anchored" } });
    expect((await put(asAna, document, seal(ana, document, randomBytes(32)))).status).toBe(422);
    expect((await put(asAna, document, toBase64Url(randomBytes(200)))).status).toBe(422);

    const given = await giveConsent(at(), { subject: ana, grantee: lena, as: asAna }, { ops: 0x8000_0000 });
    const filed = word();
    await chain.act(lena, {
      name: "file",
      args: {
        author: lena.address,
        subject: ana.address,
        grantee: lena.address,
        scope: given.scope,
        document: filed,
        manifest: word(),
        version: 1,
      },
    });
    expect((await put(asLena, filed, seal(ana, filed))).body).toMatchObject({ kept: 1, skipped: 0 });
    expect((await put(asAna, filed, seal(ana, filed))).body).toMatchObject({ kept: 1, skipped: 0 });
    expect((await put(asLena, filed, seal(ana, filed))).body).toMatchObject({ kept: 0, skipped: 1 });
    const held = await asAna.call("GET", "/api/seals?limit=1");
    expect(held.body.items).toHaveLength(1);
    expect(held.body["next"]).not.toBeNull();
    expect((await asBen.call("GET", `/api/seals?subject=${ana.address}`)).body.items).toEqual([]);
  });

  it("holding a key is shown by answering what only that key can read, once", async () => {
    const asked = await asAna.call("POST", "/api/key-proof/challenge", {});
    const { id, box } = asked.body as unknown as { id: `0x${string}`; box: string };
    const context = {
      ...chain.place,
      kind: "challenge",
      subject: ana.address,
      recipient: ana.address,
      ref: id,
    } as const;
    const answer = toBase64Url(unwrap(context, { secretKey: ana.key.secretKey, box: fromBase64Url(box) }));
    expect((await asBen.call("POST", "/api/key-proof", { id, answer })).status).toBe(422);
    expect((await asAna.call("POST", "/api/key-proof", { id, answer })).status).toBe(200);
    expect((await asAna.call("POST", "/api/key-proof", { id, answer })).status).toBe(422);
    expect((await asAna.call("GET", "/api/key-proof")).body["provenAt"]).toBeGreaterThan(0);
    const second = (await asAna.call("POST", "/api/key-proof/challenge", {})).body["id"];
    expect(
      (await asAna.call("POST", "/api/key-proof", { id: second, answer: toBase64Url(randomBytes(32)) })).status,
    ).toBe(422);
    expect((await asBen.call("POST", "/api/key-proof/challenge", {})).body).toMatchObject({ reason: "no-key" });
  });
});
