// An organisation's key in its members' hands: who may leave boxes of it here, who is given one, and until when.

import type { Address, Hex } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fromBase64Url, randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { providerRegistryAbi } from "#protocol/contracts/index.ts";
import { deriveEncryptionKey, makeMemberKey, MEMBER_KEY_BOX_BYTES, openMemberKey } from "#protocol/keys/index.ts";
import type { EncryptionKey } from "#protocol/keys/index.ts";
import type { Act } from "#protocol/typed-data/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain } from "../support/chain.ts";
import type { Person, TestChain } from "../support/chain.ts";
import { funded, signInToRead } from "../support/reading.ts";
import type { Reader } from "../support/reading.ts";
import { createCaller, eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { chainTime, enrol, getVerified, word } from "../support/story.ts";
import type { Keyed } from "../support/story.ts";

const [DOCTOR, NURSE, ORGANISATION] = [1, 2, 7];
const clinic = people.clinic.address;
const PLACE = `/api/memberships/${clinic}/key`;

describe("An organisation's key", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let key: EncryptionKey;
  let lena: Keyed;
  let noor: Keyed;
  let asClinic: Reader;
  let asLena: Reader;
  let asNoor: Reader;
  let asBen: Reader;

  const untilRead = async () => running.service.sync.waitFor(Number(await chain.client.getBlockNumber()), 20_000);
  /** Sends an act and waits until the service has read it. */
  async function act(by: Person, what: Act): Promise<void> {
    await chain.act(by, what);
    await untilRead();
  }
  const add = (member: Address, role: number) =>
    act(people.clinic, { name: "addMember", args: { organisation: clinic, member, role } });
  const remove = (member: Address) =>
    act(people.clinic, { name: "removeMember", args: { organisation: clinic, member } });
  const verify = async (licence: Hex, validUntil: number, kind = ORGANISATION) =>
    act(people.registrar, {
      name: "verify",
      args: { registrar: people.registrar.address, account: clinic, kind, licence, validUntil },
    });

  /** What the clinic leaves for these members: boxes of these keys, the present one last. */
  function boxesFor(members: readonly Keyed[], keys: readonly EncryptionKey[] = [key]) {
    const secretKeys = keys.map(({ secretKey }) => secretKey);
    const made = members.map(({ address, key: { publicKey } }) => {
      const { box } = makeMemberKey({
        ...{ place: chain.place, organisation: clinic, secretKeys },
        member: { address, key: publicKey },
      });
      return { member: address, box: toBase64Url(box) };
    });
    return { key: toHex(keys.at(-1)?.publicKey ?? new Uint8Array(32)), shares: made };
  }
  const share = (members: readonly Keyed[], keys?: readonly EncryptionKey[]) =>
    asClinic.call("PUT", "/api/member-keys", boxesFor(members, keys));
  const listed = async () => (await asClinic.call("GET", "/api/member-keys")).body.items;
  const holders = async () => (await listed()).map(({ member }) => member).toSorted();

  /** What a member opens of what they are given; null where they are given nothing. */
  async function open(reader: Reader, member: Keyed): Promise<Hex[] | null> {
    const { status, body } = await reader.call("GET", PLACE);
    if (status === 404) return null;
    expect(status).toBe(200);
    const name = { place: chain.place, organisation: clinic, member: member.address, key: body["key"] as Hex };
    const box = fromBase64Url(String(body["box"]), MEMBER_KEY_BOX_BYTES);
    return openMemberKey(name, { secretKey: member.key.secretKey, box }).map(({ secretKey }) => toHex(secretKey));
  }

  beforeAll(async () => {
    chain = await startChain();
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    const [organisation, doctor, nurse] = await Promise.all(
      [people.clinic, people.lena, people.noor].map((person) => enrol(chain, person)),
    );
    if (!organisation || !doctor || !nurse) throw new Error("Somebody is missing.");
    [key, lena, noor] = [organisation.key, doctor, nurse];
    await getVerified(chain, people.lena, { name: "Dr Lena", specialty: "Cardiology", place: "Uppsala" });
    await getVerified(chain, people.clinic, { name: "Sunrise", specialty: "Practice", place: "Uppsala" }, ORGANISATION);
    [asClinic, asLena, asNoor, asBen] = (await Promise.all(
      [people.clinic, people.lena, people.noor, people.ben].map((person) => signInToRead(running, person)),
    )) as [Reader, Reader, Reader, Reader];
  });
  afterAll(async () => {
    await running.stop();
    await chain.stop();
    await folder.remove();
  });
  beforeEach(async () => {
    await add(lena.address, DOCTOR);
    await add(noor.address, NURSE);
    expect(await share([lena, noor])).toMatchObject({ status: 200, body: { count: 2 } });
  });

  it("is opened by each member for whom a box was left, and the box is shown to nobody else", async () => {
    const secret = [toHex(key.secretKey)];
    expect(await open(asLena, lena)).toEqual(secret);
    // Also where they signed in to read in the organisation's name.
    expect(await open(await signInToRead(running, people.noor, clinic), noor)).toEqual(secret);
    const strangers = [asBen, asClinic].map(async (reader) => (await reader.call("GET", PLACE)).status);
    expect(await Promise.all(strangers)).toEqual([404, 404]);
    expect((await createCaller(running.url)("GET", PLACE)).status).toBe(401);
    const public_ = toHex(key.publicKey);
    expect((await listed()).toSorted((a, b) => (String(a["member"]) < String(b["member"]) ? -1 : 1))).toEqual(
      [lena, noor]
        .map(({ address }) => ({ member: address, key: public_, at: expect.any(Number) as number }))
        .toSorted((a, b) => (a.member < b.member ? -1 : 1)),
    );
    expect((await asLena.call("GET", "/api/member-keys")).body.items).toEqual([]);
    const first = (await asClinic.call("GET", "/api/member-keys?limit=1")).body;
    const second = (await asClinic.call("GET", `/api/member-keys?limit=1&cursor=${String(first["next"])}`)).body;
    expect([...first.items, ...second.items].map(({ member }) => member).toSorted()).toEqual(await holders());
    expect(second["next"]).toBeNull();
  });

  it("that is new takes the old one's place for those who are named, and the others keep what they have", async () => {
    const next = deriveEncryptionKey(randomBytes(32));
    expect((await share([lena], [key, next])).body).toMatchObject({ count: 1 });
    expect(await open(asLena, lena)).toEqual([toHex(key.secretKey), toHex(next.secretKey)]);
    expect(await open(asNoor, noor)).toEqual([toHex(key.secretKey)]);
    const keys = new Map((await listed()).map(({ member, key: of }) => [member, of]));
    expect([keys.get(lena.address), keys.get(noor.address)]).toEqual([toHex(next.publicKey), toHex(key.publicKey)]);
  });

  it("is not taken for a stranger, for somebody twice, for the organisation itself, or in a box of another size", async () => {
    const before = await listed();
    const next = deriveEncryptionKey(randomBytes(32));
    const { key: name, shares } = boxesFor([lena, noor], [next]);
    const [first, second] = shares;
    if (!first || !second) throw new Error("Boxes are missing.");
    const put = async (some: unknown[]) => {
      const { status, body } = await asClinic.call("PUT", "/api/member-keys", { key: name, shares: some });
      return [status, body["reason"] ?? null];
    };
    expect(await put([first, { ...second, member: people.ben.address }])).toEqual([409, "no-member"]);
    expect(await put([first, second, first])).toEqual([400, null]);
    expect(await put([first, { ...second, member: clinic.toLowerCase() }])).toEqual([400, null]);
    const short = toBase64Url(randomBytes(MEMBER_KEY_BOX_BYTES - 1));
    const long = toBase64Url(randomBytes(MEMBER_KEY_BOX_BYTES + 1));
    for (const box of [short, long, `${second.box}=`, `${second.box.slice(0, -1)}_`])
      expect(await put([first, { ...second, box }])).toEqual([400, null]);
    expect(await put([])).toEqual([400, null]);
    // As many as may come are read to the end.
    const many = Array.from({ length: 200 }, (_, at) => ({
      ...first,
      member: `0x${String(at + 1).padStart(40, "0")}`,
    }));
    expect(await put(many)).toEqual([409, "no-member"]);
    expect(await put([...many, first])).toEqual([400, null]);
    expect(await listed()).toEqual(before);
    // A doctor, verified, is no organisation; nor is a patient.
    for (const reader of [asLena, asBen])
      expect(await reader.call("PUT", "/api/member-keys", boxesFor([noor]))).toMatchObject({
        status: 403,
        body: { reason: "no-organisation" },
      });
    expect(await listed()).toEqual(before);
  });

  it("is kept from a member who is removed, or leaves, and is theirs again when they are", async () => {
    await remove(lena.address);
    await act(people.noor, { name: "leaveOrganisation", args: { member: noor.address, organisation: clinic } });
    const words = async (reader: Reader) => {
      const { status, body } = await reader.call("GET", PLACE);
      return { ...body, requestId: "", status };
    };
    expect((await words(asBen)).status).toBe(404);
    expect(await words(asLena)).toEqual(await words(asBen));
    expect(await words(asNoor)).toEqual(await words(asBen));
    expect(await share([lena])).toMatchObject({ status: 409, body: { reason: "no-member" } });
    // The organisation still sees what lies here, and could destroy it.
    expect(await holders()).toEqual([lena.address, noor.address].toSorted());
    await add(lena.address, NURSE);
    expect(await open(asLena, lena)).toEqual([toHex(key.secretKey)]);
    expect(await open(asNoor, noor)).toBeNull();
  });

  it("is destroyed for who left as soon as it is shared with those who stayed: taken in again, they wait for a new box", async () => {
    await remove(lena.address);
    const next = deriveEncryptionKey(randomBytes(32));
    // Of whom the index has not read at all nothing is destroyed.
    await running.service.database.query(
      "insert into member_keys (organisation, member, public_key, box, at) values ($1, $2, $3, $4, 5)",
      [clinic, people.maya.address, word(), randomBytes(MEMBER_KEY_BOX_BYTES)],
    );
    expect((await share([noor], [key, next])).status).toBe(200);
    expect(await holders()).toEqual([noor.address, people.maya.address].toSorted());
    await add(lena.address, DOCTOR);
    expect(await open(asLena, lena)).toBeNull();
    expect((await share([lena], [next])).status).toBe(200);
    expect(await open(asLena, lena)).toEqual([toHex(next.secretKey)]);
    expect((await asClinic.call("DELETE", `/api/member-keys/${people.maya.address}`)).status).toBe(204);
  });

  it("is destroyed for one member by the organisation alone, once", async () => {
    const destroy = async (reader: Reader) => (await reader.call("DELETE", `/api/member-keys/${lena.address}`)).status;
    expect(await destroy(asLena)).toBe(404);
    expect(await destroy(asNoor)).toBe(404);
    expect(await destroy(asClinic)).toBe(204);
    expect(await destroy(asClinic)).toBe(404);
    expect(await open(asLena, lena)).toBeNull();
    expect(await open(asNoor, noor)).toEqual([toHex(key.secretKey)]);
  });

  it("is one key for everybody, whichever of two pages that share at once comes last", async () => {
    const keys = Array.from({ length: 6 }, () => deriveEncryptionKey(randomBytes(32)));
    // In another order each, so that who locked row by row would wait for each other.
    const answers = await Promise.all(
      keys.map((each, at) => share(at % 2 === 0 ? [lena, noor] : [noor, lena], [each])),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    expect(new Set((await listed()).map(({ key: of }) => of)).size).toBe(1);
    const opened = await open(asLena, lena);
    expect(keys.map(({ secretKey }) => toHex(secretKey))).toContain(opened?.[0]);
    expect(await open(asNoor, noor)).toEqual(opened);
  });

  it("that comes or goes is told to the organisation and the members, on their open pages, and to nobody else", async () => {
    const streams = [asClinic, asLena, asBen].map(({ cookie }) => openStream(running.url, cookie));
    const [ofClinic, ofLena, ofBen] = streams;
    if (!ofClinic || !ofLena || !ofBen) throw new Error("A stream is missing.");
    const told = ({ events }: typeof ofLena) => events.filter(({ event }) => event === "member-key");
    // What is told before a page listens is not told to it: said until the first is heard.
    await eventually(async () => {
      await share([lena]);
      return told(ofClinic).length > 0 && told(ofLena).length > 0;
    });
    const [newest] = await running.service.database.query<{ id: number }>("select max(id) as id from stream");
    await asClinic.call("DELETE", `/api/member-keys/${lena.address}`);
    const isLater = ({ id }: { id: number | null }) => Number(id) > Number(newest?.id);
    await eventually(async () => [ofClinic, ofLena].every((stream) => told(stream).some(isLater)));
    expect(told(ofLena).at(-1)?.data).toEqual({ organisation: clinic });
    await eventually(async () => {
      await asBen.call("PUT", "/api/guardians", { set: word(), shares: [] });
      return ofBen.events.some(({ event }) => event === "recovery");
    });
    expect(told(ofBen)).toEqual([]);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it("is neither taken from nor handed out for an organisation that is suspended, lapsed, or none any more", async () => {
    const licence = await chain.client.readContract({
      ...{ address: chain.deployment.providerRegistry, abi: providerRegistryAbi },
      ...{ functionName: "licenceOf", args: [clinic] },
    });
    const refused = { status: 403, body: { reason: "no-organisation" } };
    const account = { registrar: people.registrar.address, account: clinic };
    await act(people.registrar, { name: "suspend", args: account });
    expect(await open(asLena, lena)).toBeNull();
    expect(await share([lena])).toMatchObject(refused);
    await verify(licence, 4_000_000_000);
    expect(await open(asLena, lena)).toEqual([toHex(key.secretKey)]);

    const until = (await chainTime(chain)) + 3;
    await verify(licence, until);
    await eventually(async () => (await chainTime(chain)) >= until);
    await untilRead();
    expect(await open(asLena, lena)).toBeNull();
    expect(await share([lena])).toMatchObject(refused);

    // From now on the account is a doctor's.
    const [other, card] = [word(), word()];
    await act(people.clinic, { name: "applyFor", args: { account: clinic, kind: DOCTOR, licence: other, card } });
    await verify(other, 4_000_000_000, DOCTOR);
    expect(await open(asLena, lena)).toBeNull();
    expect(await share([lena])).toMatchObject(refused);
    // What lies here is still theirs to see and to destroy.
    expect(await holders()).toEqual([lena.address, noor.address].toSorted());
    expect((await asClinic.call("DELETE", `/api/member-keys/${lena.address}`)).status).toBe(204);
    expect(await holders()).toEqual([noor.address]);
  });
});
