// Erasure: the certificate that a gateway gives, and how anybody checks it.
export {
  decodeErasure,
  encodeErasure,
  ERASURE_STATEMENT,
  erasureCertificateSchema,
  MAX_ERASED_VERSIONS,
  signErasure,
  verifyErasure,
  type ErasureBody,
  type ErasureCertificate,
} from "./certificate.ts";
