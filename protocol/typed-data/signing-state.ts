// What the ledger must be asked for before an act can be signed. Rule: it is asked, never guessed.

import type { Address, Hex } from "viem";
import { Failure } from "../failure.ts";
import { actTable } from "./act-table.ts";
import type { Act } from "./act.ts";
import type { SigningState } from "./typed-act.ts";

/** Reads one view function of the ledger. */
export type ReadLedger = (call: {
  readonly functionName: string;
  readonly args: readonly unknown[];
}) => Promise<unknown>;

type Call = { readonly functionName: string; readonly args: readonly unknown[] };

const consentOf = (subject: Address, grantee: Address, scope: Hex): Call => ({
  functionName: "consentOf",
  args: [subject, grantee, scope],
});

/** Which record's version an act names. */
function versionCall(act: Act): Call | null {
  switch (act.name) {
    case "grant":
    case "renew":
    case "renounce":
    case "arm":
    case "appoint":
    case "breakGlass":
    case "grantByProxy":
    case "renewByProxy":
      return consentOf(act.args.subject, act.args.grantee, act.args.scope);
    case "replace":
      return consentOf(act.args.subject, act.args.grantee, act.args.replaced);
    case "withdraw":
    case "reject":
      return { functionName: "documentOf", args: [act.args.subject, act.args.document] };
    case "confirmAppointment":
    case "cancelAppointment":
    case "rescheduleAppointment":
      return { functionName: "appointmentOf", args: [act.args.patient, act.args.provider, act.args.id] };
    default:
      return null;
  }
}

/** Whose generation an act names: its signer's, but the subject's where a proxy opens something in their name. */
function generationOwner(act: Act): unknown {
  if (act.name === "grantByProxy" || act.name === "renewByProxy") return act.args.subject;
  return (act.args as Record<string, unknown>)[actTable[act.name].actor];
}

// Where the version stands in each record's word (contracts/types).
const versionAt: Record<string, bigint> = { consentOf: 8n, documentOf: 8n, appointmentOf: 64n };

const readVersion = (word: bigint, functionName: string): number =>
  Number((word >> (versionAt[functionName] ?? 0n)) & 0xffff_ffffn);

async function readWord(read: ReadLedger, call: Call): Promise<bigint> {
  const answer = await read(call);
  if (typeof answer === "bigint") return answer;
  throw new Failure("unavailable", "The ledger did not answer as it should. Nothing was sent. Try again in a moment.");
}

/** Asks the ledger for what the act's typed data names: versions, generations, and for a renewal the ops. */
export async function readSigningState(
  act: Act,
  read: ReadLedger,
): Promise<Omit<SigningState, "opening" | "openings">> {
  const asks = new Set(actTable[act.name].asks);
  const generationOf = (account: unknown) => readWord(read, { functionName: "generationOf", args: [account] });
  const state: { -readonly [Name in keyof SigningState]: SigningState[Name] } = {};
  const call = versionCall(act);
  if (asks.has("version") && call !== null) {
    const word = await readWord(read, call);
    state.version = readVersion(word, call.functionName);
    if (act.name === "renew" || act.name === "renewByProxy") state.ops = Number((word >> 40n) & 0xffff_ffffn);
  }
  if (asks.has("versions") && act.name === "grantMany") {
    const { subject, grants } = act.args;
    const words = grants.map(({ grantee, scope }) => readWord(read, consentOf(subject, grantee, scope)));
    state.versions = (await Promise.all(words)).map((word) => readVersion(word, "consentOf"));
  }
  if (asks.has("generation")) state.generation = await generationOf(generationOwner(act));
  if (asks.has("mandateVersion") && "mandate" in act.args) {
    const { subject, proxy, mandate } = act.args;
    state.mandateVersion = readVersion(await readWord(read, consentOf(subject, proxy, mandate)), "consentOf");
    if (asks.has("proxyGeneration")) state.proxyGeneration = await generationOf(proxy);
  }
  return state;
}
