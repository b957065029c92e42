// Erasure: how a patient asks a gateway for it, the certificate that it gives, and how anybody checks that.
export { typedAskErasure } from "./ask-erasure.ts";
export {
  decodeErasure,
  encodeErasure,
  ERASURE_STATEMENT,
  erasureCertificateSchema,
  MAX_ERASED_VERSIONS,
  requireErasure,
  signErasure,
  verifyErasure,
  type ErasureBody,
  type ErasureCertificate,
} from "./certificate.ts";
