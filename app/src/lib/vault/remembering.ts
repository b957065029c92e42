// The open vault's memory of the ledger, read and written. Rule: one change after another, so that none undoes another.
import { readMemory, writeMemory, type LedgerMemory, type LedgerName } from "#protocol/keys/index.ts";
import { saveSettings } from "./changing.ts";
import { readSettings } from "./vault.svelte.ts";

/** What this open vault remembers of a ledger. Throws Failure("locked" | "tampered"). */
export function recallLedger(ledger: LedgerName): LedgerMemory {
  return readMemory(readSettings(), ledger);
}

let writing: Promise<void> = Promise.resolve();

/** Changes the memory, one change after another. Throws Failure when the vault cannot be stored. */
export function rememberLedger(ledger: LedgerName, change: (memory: LedgerMemory) => LedgerMemory): Promise<void> {
  const next = writing.then(async () => {
    const settings = readSettings();
    const before = readMemory(settings, ledger);
    const after = readMemory(writeMemory(settings, ledger, change(before)), ledger);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    // Worked out anew where another device was faster: its memory is kept too.
    await saveSettings((newest) => writeMemory(newest, ledger, change(readMemory(newest, ledger))));
  });
  // One change that could not be stored must not keep the next from being tried.
  writing = next.catch(() => undefined);
  return next;
}
