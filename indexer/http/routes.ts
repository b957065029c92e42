// Every route of the service, in the order of the documentation.

import { accountRoutes } from "./account-routes.ts";
import { appointmentRoutes } from "./appointment-routes.ts";
import { blockRoutes } from "./block-routes.ts";
import { consentRoutes } from "./consent-routes.ts";
import { makeDocsRoutes } from "./docs-routes.ts";
import { disclosureRoutes } from "./disclosure-routes.ts";
import { documentRoutes } from "./document-routes.ts";
import { elsewhereRoutes } from "./elsewhere.ts";
import { entrustedRoutes } from "./entrusted.ts";
import { erasureRoutes } from "./erasure-routes.ts";
import { guardianRoutes } from "./guardian-routes.ts";
import { keyProofRoutes } from "./key-proof.ts";
import { memberKeyRoutes } from "./member-key-routes.ts";
import { metaRoutes } from "./meta-routes.ts";
import { providerRoutes } from "./provider-routes.ts";
import { reachRoutes } from "./reach.ts";
import { receiptRoutes } from "./receipts.ts";
import { relayRoutes } from "./relay.ts";
import { releaseRoutes } from "./releases.ts";
import type { Route } from "./route.ts";
import { rpcRoutes } from "./rpc-routes.ts";
import { sealRoutes } from "./seals.ts";
import { sessionListRoutes } from "./session-list-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { streamRoutes } from "./stream-routes.ts";
import { trailRoutes } from "./trail-routes.ts";
import { vaultRoutes } from "./vault.ts";

/** All routes. */
export const routes: readonly Route[] = [
  ...metaRoutes,
  ...rpcRoutes,
  ...reachRoutes,
  ...sessionRoutes,
  ...sessionListRoutes,
  ...accountRoutes,
  ...vaultRoutes,
  ...guardianRoutes,
  ...memberKeyRoutes,
  ...keyProofRoutes,
  ...blockRoutes,
  ...providerRoutes,
  ...documentRoutes,
  ...erasureRoutes,
  ...sealRoutes,
  ...entrustedRoutes,
  ...elsewhereRoutes,
  ...consentRoutes,
  ...releaseRoutes,
  ...receiptRoutes,
  ...disclosureRoutes,
  ...appointmentRoutes,
  ...trailRoutes,
  ...relayRoutes,
  ...streamRoutes,
  ...makeDocsRoutes(() => routes),
];
