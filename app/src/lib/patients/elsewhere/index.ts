// Reading by another gateway that the patient trusts, where this service does not hand a record over.
export { askElsewhere, type Elsewhere } from "./ask-elsewhere.ts";
export { fetchBodyBy, fetchManifestBy } from "./fetch-blocks.ts";
export { resultsShape, type ReleaseAnswer } from "./judge-answer.ts";
export { forgetSignIn, recallSignIn, signInElsewhere } from "./sign-in.ts";
export { findTrustedGateways, type TrustedGateway } from "./trusted-gateways.ts";
export { countsUses, isAway, isUnable } from "./when-away.ts";
