// What the numbers in the ledger's records mean. Rule: these tables repeat the contracts' own (contracts/types and
// interfaces); a number that is not here is unknown and is shown as such, never guessed.

/** One meaning of a number. */
export type Code<Id extends string = string> = { readonly code: number; readonly id: Id; readonly label: string };

function find<C extends Code>(table: readonly C[]): (code: number) => C | undefined {
  return (code) => table.find((entry) => entry.code === code);
}

/** A consent as `effectiveStatus` tells it; the ledger's slot itself holds only 0 to 5. */
export const consentStatuses = [
  { code: 0, id: "none", label: "None" },
  { code: 1, id: "active", label: "In force" },
  { code: 2, id: "revoked", label: "Revoked" },
  { code: 3, id: "renounced", label: "Given back" },
  { code: 4, id: "superseded", label: "Replaced" },
  { code: 5, id: "armed", label: "For emergencies" },
  { code: 6, id: "expired", label: "Ended" },
  { code: 7, id: "not-yet-begun", label: "Not yet begun" },
  { code: 8, id: "open", label: "Opened in an emergency" },
  { code: 9, id: "used-up", label: "Used up" },
] as const satisfies readonly Code[];
/** The consent status of this number. */
export const findConsentStatus = find(consentStatuses);

/** A document. */
export const documentStatuses = [
  { code: 0, id: "none", label: "None" },
  { code: 1, id: "live", label: "In the chart" },
  { code: 2, id: "withdrawn", label: "Withdrawn" },
  { code: 3, id: "rejected", label: "Rejected" },
] as const satisfies readonly Code[];
/** The document status of this number. */
export const findDocumentStatus = find(documentStatuses);

/** An appointment. */
export const appointmentStatuses = [
  { code: 0, id: "none", label: "None" },
  { code: 1, id: "requested", label: "Asked for" },
  { code: 2, id: "confirmed", label: "Confirmed" },
  { code: 3, id: "cancelled", label: "Cancelled" },
  { code: 4, id: "completed", label: "Took place" },
  { code: 5, id: "missed", label: "Missed" },
] as const satisfies readonly Code[];
/** The appointment status of this number. */
export const findAppointmentStatus = find(appointmentStatuses);

/** What kind of provider a registrar verified. */
export const providerKinds = [
  { code: 1, id: "doctor", label: "Doctor" },
  { code: 2, id: "nurse", label: "Nurse" },
  { code: 3, id: "lab", label: "Laboratory" },
  { code: 4, id: "pharmacy", label: "Pharmacy" },
  { code: 5, id: "insurer", label: "Insurer" },
  { code: 6, id: "researcher", label: "Researcher" },
  { code: 7, id: "organisation", label: "Organisation" },
] as const satisfies readonly Code[];
/** The provider kind of this number. */
export const findProviderKind = find(providerKinds);

/** A provider's credential. */
export const credentialStatuses = [
  { code: 0, id: "none", label: "None" },
  { code: 1, id: "applied", label: "Waiting for a registrar" },
  { code: 2, id: "verified", label: "Verified" },
  { code: 3, id: "suspended", label: "Suspended" },
  { code: 4, id: "refused", label: "Refused" },
] as const satisfies readonly Code[];
/** The credential status of this number. */
export const findCredentialStatus = find(credentialStatuses);

/** What a member of an organisation is there. */
export const memberRoles = [
  { code: 0, id: "none", label: "Not a member" },
  { code: 1, id: "doctor", label: "Doctor" },
  { code: 2, id: "nurse", label: "Nurse" },
  { code: 3, id: "clerk", label: "Clerk" },
] as const satisfies readonly Code[];
/** The member role of this number. */
export const findMemberRole = find(memberRoles);

/** True when a member of this role may read this category under a consent to the organisation (feature R2). */
export function roleMay(role: number, category: string): boolean {
  const id = findMemberRole(role)?.id;
  return id === "doctor" || id === "nurse" || (id === "clerk" && category === "profile");
}
