// Why something was not opened, in the words of the one who asked.
import type { RefusalReason } from "#protocol/receipts/index.ts";
import { t } from "#app/ui/index.ts";

/** What happened, in a sentence. */
export function refusalInWords(reason: RefusalReason, name: string): string {
  return t(`provider.refused.${reason}`, { name });
}

/** True where asking the patient is the way on. */
export function canAskAgain(reason: RefusalReason): boolean {
  const waits: readonly RefusalReason[] = [
    "no-seal",
    "opening-missing",
    "node-lagging",
    "not-yet-begun",
    "quota-exceeded",
  ];
  const over: readonly RefusalReason[] = ["withdrawn", "rejected", "erased"];
  return !waits.includes(reason) && !over.includes(reason);
}
