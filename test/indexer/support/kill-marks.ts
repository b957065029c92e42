// The steps between a read request's arrival and its answer, between an auditor's question and its answer, and between a
// receipt and its anchor: where in the service's text each begins.

/** The environment variable that names the file in which a test writes the step to die at. */
export const killFile = "PLACET_TEST_KILL_FILE";

type Mark = { step: string; file: string; before: string };

const inRelease = (step: string, before: string): Mark => ({ step, file: "gateway/release.ts", before });
const inDisclose = (step: string, before: string): Mark => ({ step, file: "gateway/disclose.ts", before });
const inAnchoring = (step: string, before: string): Mark => ({ step, file: "gateway/anchoring.ts", before });
const inSender = (step: string, before: string): Mark => ({ step, file: "relay/sender.ts", before });

/** The steps of a release, in order: wherever something was written, or is about to leave, since the one before. */
export const releaseMarks: readonly Mark[] = [
  inRelease("request checked", "const answer = await record(call"),
  inRelease("turn taken", "const revokeCeiling = await readRevokeCeiling("),
  inRelease("receipt written", "const audience = ["),
  inRelease("event written", "return { outcomes, receipt: stranger ? null : receipt };"),
  inRelease("committed", "onReceipt();"),
  { step: "answer ready", file: "http/mount.ts", before: "response.end(text);" },
];

/** The steps of a disclosure to an auditor. */
export const discloseMarks: readonly Mark[] = [
  inDisclose("disclosure signed", "await writeReceipt(tx"),
  inDisclose("disclosure committed", "onReceipt();"),
];

/** The steps of a receipt's way to the ledger. */
export const anchorMarks: readonly Mark[] = [
  inAnchoring("batch written", "await updateBatchSending(tx, { gateway, first, sending:"),
  inSender("transaction signed", "await markSent(tx"),
  inSender("transaction noted", "await broadcast(row.id, signed);\n    return true;"),
  inSender("transaction sent", 'metrics.count("transactions_sent");'),
];

/** All of them. */
export const marks: readonly Mark[] = [...releaseMarks, ...discloseMarks, ...anchorMarks];
