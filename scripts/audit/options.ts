// What an auditor may say to `npm run audit`.

import { parseArgs } from "node:util";
import type { Address, Hex } from "viem";
import { getAddress, isAddress } from "viem";
import { isCategoryId, isPurposeCode } from "#protocol/codes/index.ts";
import { Failure } from "#protocol/failure.ts";

/** One question: could this reader read this subject's records of this category for this purpose? */
export type Question = { reader: Address; subject: Address; category: string; purpose: string };

/** An audit, as asked for. */
export type AuditOptions = {
  rpc: string[];
  deployment: string;
  block: Hex | undefined;
  subject: Address | undefined;
  /** Unix seconds; the audited block's time unless given. */
  at: number | undefined;
  openings: string | undefined;
  could: Question[];
  service: string | undefined;
  cookieFile: string | undefined;
  history: string | undefined;
  build: string | undefined;
  json: boolean;
};

/** The text of `npm run audit -- --help`. */
export const auditHelp = `npm run audit -- --rpc URL --deployment FILE [options]

Proves that a node shows all acts of both contracts, unaltered, in order and in time, and answers questions about them.

  --rpc URL            the node to ask; given twice, both must have the audited block
  --deployment FILE    deployment.json: chain, contracts and their code
  --block HASH         a block that you trust (from your own node or a light client): everything is proven from it
  --build FOLDER       compiled contracts to compare the chain's code with (./artifacts when there,
                       else the hashes that this version was published with)
  --subject ADDRESS    show this account's acts, and the consents that it gave, at --at
  --at TIME            the moment to ask about: Unix seconds, or 2026-12-25T18:00:00Z (the block's time unless given)
  --openings FILE      the words of consents, as their subject gives them (JSON); each is checked against its scope
  --could READER,SUBJECT,CATEGORY,PURPOSE
                       could READER read SUBJECT's CATEGORY for PURPOSE at --at, and by which consent? May be repeated
  --service URL        compare what a service shows with the ledger, row by row, and check its receipts
                       (sign in as an auditor by PLACET_AUDITOR_KEY, a private key, or by --cookie-file)
  --cookie-file FILE   a file with the cookie placet_session of a signed-in auditor
  --history FILE       compare an exported trail (JSON) with the ledger, row by row
  --json               the whole report as JSON
  --help               this text

Ends with 0 when all is genuine and complete, 1 when something is not (it says what and where), 2 when it could not run.`;

function refuse(what: string): Failure {
  return new Failure("bad-input", `${what}\nNothing was checked. Say --help for all options.`);
}

function readAddress(text: string, what: string): Address {
  if (!isAddress(text, { strict: false })) throw refuse(`${what} wants an address, not "${text}".`);
  return getAddress(text);
}

function readTime(text: string): number {
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (!Number.isFinite(seconds)) throw refuse(`--at wants a time like 2026-12-25T18:00:00Z, not "${text}".`);
  return seconds;
}

function readQuestion(text: string): Question {
  const [reader = "", subject = "", category = "", purpose = "", ...more] = text.split(",").map((part) => part.trim());
  if (more.length > 0 || !isCategoryId(category) || !isPurposeCode(purpose)) {
    throw refuse(`--could wants READER,SUBJECT,CATEGORY,PURPOSE, like 0x…,0x…,labs,TREAT, not "${text}".`);
  }
  return { reader: readAddress(reader, "--could"), subject: readAddress(subject, "--could"), category, purpose };
}

function readUrl(text: string, name: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw refuse(`${name} wants an address like http://127.0.0.1:8545, not "${text}".`);
  }
  return text;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rpc: { type: "string", multiple: true },
        deployment: { type: "string" },
        block: { type: "string" },
        build: { type: "string" },
        subject: { type: "string" },
        at: { type: "string" },
        openings: { type: "string" },
        could: { type: "string", multiple: true },
        service: { type: "string" },
        "cookie-file": { type: "string" },
        history: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new Failure(
      "bad-input",
      `${cause instanceof Error ? cause.message : "Unknown option."}\nSay --help for all options.`,
      { cause },
    );
  }
}

/** Reads the command line; null when only the help was asked for. Throws Failure("bad-input") for what it does not know. */
export function readAuditOptions(args: string[]): AuditOptions | null {
  const values = parse(args);
  if (values.help === true) return null;
  const { rpc = [], deployment, block, subject, at, could = [], service } = values;
  if (rpc.length === 0 || deployment === undefined) throw refuse("An audit needs --rpc and --deployment.");
  if (block !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(block))
    throw refuse(`--block wants a block hash, not "${block}".`);
  return {
    rpc: rpc.map((url) => readUrl(url, "--rpc")),
    deployment,
    block: block?.toLowerCase() as Hex | undefined,
    subject: subject === undefined ? undefined : readAddress(subject, "--subject"),
    at: at === undefined ? undefined : readTime(at),
    openings: values.openings,
    could: could.map(readQuestion),
    service: service === undefined ? undefined : readUrl(service, "--service").replace(/\/+$/, ""),
    cookieFile: values["cookie-file"],
    history: values.history,
    build: values.build,
    json: values.json === true,
  };
}
