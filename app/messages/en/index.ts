// English: the catalogue that every other language is measured against. One file for each place in the app, flat keys
// that begin with its name. To add a language, copy this folder and name it in app/src/lib/ui/text.ts.
import { auditor } from "./auditor.ts";
import { emergency } from "./emergency.ts";
import { foundation } from "./foundation.ts";
import { gateways } from "./gateways.ts";
import { moved } from "./moved.ts";
import { organisation } from "./organisation.ts";
import { patient } from "./patient.ts";
import { provider } from "./provider.ts";
import { records } from "./records.ts";
import { registrar } from "./registrar.ts";
import { shared } from "./shared.ts";
import { ui } from "./ui.ts";
import { vault } from "./vault.ts";

/** Every English message by key. */
export const en = {
  ...ui,
  ...foundation,
  ...gateways,
  ...moved,
  ...shared,
  ...patient,
  ...emergency,
  ...records,
  ...provider,
  ...organisation,
  ...registrar,
  ...auditor,
  ...vault,
};
