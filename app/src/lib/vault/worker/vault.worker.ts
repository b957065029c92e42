// The vault's own thread: the only place where roots and keys are ever in clear.
import { serveCalls, type Port } from "#app/workers/index.ts";
import type { VaultCalls } from "../calls.ts";
import { consentCalls } from "./consents.ts";
import { documentCalls } from "./documents.ts";
import { guardianCalls } from "./guardians.ts";
import { lockingCalls } from "./locking.ts";
import { memberCalls } from "./members.ts";
import { movingCalls } from "./moving.ts";
import { capsuleCalls } from "./open-capsules.ts";

serveCalls<VaultCalls>(self as unknown as Port, {
  ...lockingCalls,
  ...documentCalls,
  ...consentCalls,
  ...capsuleCalls,
  ...guardianCalls,
  ...movingCalls,
  ...memberCalls,
});
