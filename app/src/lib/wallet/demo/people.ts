// The demo people and their keys: the development mnemonic that everybody knows. Rule: this folder is reached only
// behind __PLACET_DEMO__, so that a production build does not contain it (tested).
import { mnemonicToAccount, type HDAccount } from "viem/accounts";
import { z } from "zod";
import { addressShape, request } from "#app/service/index.ts";

const MNEMONIC = "test test test test test test test test test test test junk";

const personShape = z.object({
  index: z.number().int().min(0).max(99),
  address: addressShape,
  name: z.string().max(100),
  role: z.string().max(60),
  about: z.string().max(300).optional(),
  enrolled: z.boolean().optional(),
  passphrase: z.string().max(200).nullish(),
  kit: z.string().max(100).nullish(),
});

/** One demo person. `passphrase` and `kit` open the vault that the seed made for them. */
export type DemoPerson = z.infer<typeof personShape>;

const answerShape = z.object({
  passphrase: z.string().max(200).nullish(),
  people: z.array(personShape),
  /** The chain's node: what a wallet would have in its settings. */
  rpcUrl: z.url().max(300).nullish(),
});

let known: Promise<z.infer<typeof answerShape>> | undefined;

function ask(): Promise<z.infer<typeof answerShape>> {
  known ??= request("/api/demo/people", { schema: answerShape });
  known.catch(() => (known = undefined));
  return known;
}

/** Asks the service who the demo people are. */
export async function demoPeople(): Promise<DemoPerson[]> {
  const { passphrase, people } = await ask();
  return people.map((person) => ({ ...person, passphrase: person.passphrase ?? passphrase ?? null }));
}

/** The node that the demo wallet speaks to, past the service's own /rpc; undefined when none was told. */
export async function demoEndpoint(): Promise<string | undefined> {
  const { rpcUrl } = await ask();
  return rpcUrl ?? undefined;
}

/** The signing account of a demo person. */
export function demoAccount(index: number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex: index });
}
