// A reader's session and a gateway that answers it, for the tests of receipts.

import { createSiweMessage } from "viem/siwe";
import { privateKeyToAccount } from "viem/accounts";
import type { Address, Hex, LocalAccount } from "viem";
import { createSessionKey, sessionResources } from "#protocol/keys/index.ts";
import { hashNetwork, nextPosition, signReceipt, signRequest } from "#protocol/receipts/index.ts";
import type { ReadRequest, Receipt, ReceiptBody } from "#protocol/receipts/index.ts";
import { ana, document, place, sampleConsent } from "../keys/samples.ts";

/** The first accounts of the well-known test mnemonic. */
export const gatewayAccount = privateKeyToAccount("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
export const lenaAccount = privateKeyToAccount("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a");
export const strangerAccount = privateKeyToAccount(
  "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
);

export const now = 1_794_300_000;
const salt: Hex = `0x${"5a".repeat(32)}`;

/** What a test may have differently. */
export type Wishes = {
  reader?: LocalAccount;
  grantee?: Address;
  organisation?: Address;
  request?: Partial<ReadRequest>;
  session?: { from?: number; until?: number; chainId?: number; gateway?: Address };
};

/** A signed request and the sign-in behind it. */
export async function askToRead(wishes: Wishes = {}) {
  const reader = wishes.reader ?? lenaAccount;
  const key = await createSessionKey();
  const gateway = wishes.session?.gateway ?? gatewayAccount.address;
  const message = createSiweMessage({
    address: reader.address,
    chainId: wishes.session?.chainId ?? place.chainId,
    domain: "placet.example",
    uri: "https://placet.example",
    nonce: "0123456789abcdef",
    version: "1",
    issuedAt: new Date((wishes.session?.from ?? now - 60) * 1000),
    expirationTime: new Date((wishes.session?.until ?? now + 3600) * 1000),
    resources: sessionResources({
      publicKey: key.publicKey,
      gateway,
      ...(wishes.organisation === undefined ? {} : { organisation: wishes.organisation }),
    }),
  });
  const request: ReadRequest = {
    requestId: `0x${"0a".repeat(16)}`,
    ...place,
    gateway: gatewayAccount.address,
    subject: ana,
    grantee: wishes.grantee ?? reader.address,
    scope: sampleConsent().name.scope,
    reader: reader.address,
    op: 1,
    purpose: "TREAT",
    documents: [{ document, version: 1 }],
    recentBlock: { number: 12, hash: `0x${"b1".repeat(32)}` },
    time: now,
    ...wishes.request,
  };
  return {
    key,
    signed: await signRequest(key, request),
    delegation: { message, signature: await reader.signMessage({ message }) },
  };
}

/** The body of a receipt for a release, after the last ones of gateway and subject. */
export async function releasedBody(
  last: { gateway: ReceiptBody | null; subject: ReceiptBody | null } = { gateway: null, subject: null },
  wishes: Wishes = {},
): Promise<ReceiptBody> {
  const { signed, delegation } = await askToRead(wishes);
  return {
    format: "placet-receipt",
    formatVersion: 1,
    kind: "released",
    ...place,
    gateway: gatewayAccount.address,
    ...nextPosition(last),
    subject: signed.request.subject,
    time: now + 1,
    recentBlock: { number: 13, hash: `0x${"b2".repeat(32)}` },
    request: signed,
    delegation,
    results: signed.request.documents.map((one) => ({ ...one, reason: null })),
    reason: null,
    disclosure: null,
    network: { address: hashNetwork(salt, "192.0.2.7"), agent: hashNetwork(salt, "Browser/1.0") },
    salt,
  };
}

/** A receipt with some fields changed before the gateway signed it. */
export async function signedReceipt(body: ReceiptBody, changes: Partial<ReceiptBody> = {}): Promise<Receipt> {
  return signReceipt(gatewayAccount, { ...body, ...changes });
}
