// Consents for emergencies: preparing one, breaking the glass, being told.
export const emergency = {
  "emergency.prepare": "Prepare for an emergency",
  "emergency.explain":
    "For emergencies only. {name} sees nothing under this until they break the glass and say why. Then it is open for four hours, {count, plural, one {once} other {# times at most}}. You are told at once, and can close it at any time.",
  "emergency.whoNote":
    "In an emergency, only a doctor, a nurse or an organisation whose licence was checked can be let in.",
  "emergency.error.who":
    "Choose a doctor, a nurse or an organisation whose licence was checked. The ledger lets nobody else in in an emergency.",
  "emergency.act.arm": "Emergency consent for {name}",
  "emergency.break": "Break the glass …",
  "emergency.breakTitle": "Break the glass for the records of {name}?",
  "emergency.breakText":
    "{name} armed this for an emergency. It opens for four hours. They are told at once, with the reason that you write here, and it stays in their history for good.",
  "emergency.reason": "Why is this an emergency?",
  "emergency.reasonHint": "Only {name} can read it.",
  "emergency.error.reason": "Say why.",
  "emergency.do": "Break the glass",
  "emergency.act.break": "Break the glass for {name}",
  "emergency.error.noKey": "A key that the reason is encrypted for is not on the ledger. Nothing was opened.",
  "emergency.toldTitle": "Opened in an emergency",
  "emergency.told": "{name} broke the glass. What you armed is open to them until {when}.",
  "emergency.why": "The reason they gave: “{reason}”",
  "emergency.whyMissing": "The reason they gave could not be opened here.",
  "emergency.see": "See it, or close it",
} as const;
