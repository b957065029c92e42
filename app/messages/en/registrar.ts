// What the registrar's screens say. Plain words at the level of a school of fourteen, sentence case.

/** English messages of the registrar's screens; every key begins with "registrar.". */
export const registrar = {
  "registrar.place": "Registrar",
  "registrar.loading": "Asking the service …",
  "registrar.more": "Show more",
  "registrar.cancel": "Cancel",
  "registrar.noName": "this provider",
  "registrar.kind.unknown": "Provider",

  "registrar.applications.title": "Providers",
  "registrar.applications.lead":
    "You say who really is a doctor, a nurse, a lab. You cannot see anybody's records, give a consent or stop a patient from ending one.",
  "registrar.tab.applied": "Waiting",
  "registrar.tab.verified": "Verified",
  "registrar.tab.suspended": "Suspended",
  "registrar.tab.refused": "Refused",
  "registrar.state.none": "No application",
  "registrar.state.applied": "Waiting for you",
  "registrar.state.verified": "Verified",
  "registrar.state.suspended": "Suspended",
  "registrar.state.refused": "Refused",
  "registrar.empty.applied": "Nobody is waiting. New applications appear here by themselves.",
  "registrar.empty.verified": "Nobody is verified yet.",
  "registrar.empty.suspended": "Nobody is suspended.",
  "registrar.empty.refused": "No application was refused.",

  "registrar.field.kind": "Kind",
  "registrar.field.licence": "Licence",
  "registrar.field.applied": "Applied",
  "registrar.field.until": "Verified until",
  "registrar.field.changed": "Decided",
  "registrar.licence.matches": "This is the licence that the ledger commits to.",
  "registrar.licence.unreadable": "The licence number could not be opened here. Ask the provider for it.",

  "registrar.verify.button": "Verify …",
  "registrar.verify.again": "Verify again …",
  "registrar.renew.button": "Change the end date …",
  "registrar.verify.title": "Verify {name}",
  "registrar.verify.meaning":
    "Patients will see a verified badge wherever they are about to give this provider access. Your name stands behind it, on the ledger.",
  "registrar.verify.check":
    "Look up licence {number} at {authority} first, and make sure that it belongs to this person.",
  "registrar.verify.unchecked":
    "The licence number could not be opened here. Check it with the provider before you go on.",
  "registrar.verify.until": "Verified until",
  "registrar.verify.untilHint": "The badge ends on this day unless you renew it.",
  "registrar.verify.untilPast": "Choose a day in the future.",
  "registrar.verify.untilFar": "Choose a day within the next ten years.",
  "registrar.verify.confirm": "Verify this provider",
  "registrar.verify.act": "Verify {name}",

  "registrar.suspend.button": "Suspend",
  "registrar.suspend.title": "Suspend {name}?",
  "registrar.suspend.meaning":
    "The badge is gone at once, and patients are warned before they give access. Consents that exist stay: only the patient can end them.",
  "registrar.suspend.act": "Suspend {name}",
  "registrar.refuse.button": "Refuse",
  "registrar.refuse.title": "Refuse the application of {name}?",
  "registrar.refuse.meaning": "They are told, and may apply again. Nobody else sees more than that it was refused.",
  "registrar.refuse.act": "Refuse the application of {name}",

  "registrar.auditors.title": "Auditors",
  "registrar.auditors.lead":
    "An auditor sees who did what and when, for everybody. They see no records and no content of a consent unless the patient gives it to them.",
  "registrar.auditor.title": "Appointed",
  "registrar.auditor.none": "Nobody is an auditor yet.",
  "registrar.auditor.since": "From",
  "registrar.auditor.until": "until",
  "registrar.auditor.active": "In office",
  "registrar.auditor.over": "Over",
  "registrar.auditor.dismiss": "Dismiss",
  "registrar.auditor.dismissTitle": "Dismiss this auditor?",
  "registrar.auditor.dismissMeaning":
    "They can no longer see histories through the service. What they saw before, they saw.",
  "registrar.auditor.dismissAct": "Dismiss an auditor",
  "registrar.auditor.appoint": "Appoint an auditor",
  "registrar.auditor.meaning": "Everybody can see who was appointed, by whom and until when.",
  "registrar.auditor.address": "Their address",
  "registrar.auditor.badAddress": "Enter an address: 0x and 40 letters and digits.",
  "registrar.auditor.untilLabel": "In office until",
  "registrar.auditor.button": "Appoint",
  "registrar.auditor.act": "Appoint an auditor",
  "registrar.registrars.title": "Registrars",
  "registrar.registrars.lead":
    "Who may verify providers. A new registrar is proposed by one and must accept it themselves.",
} as const;
