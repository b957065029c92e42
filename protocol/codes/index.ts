// The words and numbers that every party must read alike: categories, purposes, ops, statuses.

export { categories, categoryIds, findCategory, isCategoryId, type Category, type CategoryId } from "./categories.ts";
export {
  commonPurposes,
  findPurpose,
  isPurposeCode,
  purposeCodes,
  purposeCovers,
  purposes,
  type Purpose,
  type PurposeCode,
} from "./purposes.ts";
export {
  areGrantableOps,
  areKnownOps,
  areMandateOps,
  CONTRIBUTE,
  DERIVE,
  EXPORT,
  GRANTABLE_OPS,
  hasOp,
  MANAGE,
  opNames,
  ops,
  QUERY,
  READ,
  TRAIN,
  type Op,
} from "./ops.ts";
export {
  appointmentStatuses,
  consentStatuses,
  credentialStatuses,
  documentStatuses,
  findAppointmentStatus,
  findConsentStatus,
  findCredentialStatus,
  findDocumentStatus,
  findMemberRole,
  findProviderKind,
  memberRoles,
  providerKinds,
  roleMay,
  type Code,
} from "./statuses.ts";
