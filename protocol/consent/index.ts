// What a consent says and when it is in force.

export { formatCalendarDate, formatDate, formatTime, isCalendarDate, type DateLanguage } from "./dates.ts";
export { duoCodes, readDuo, type DuoCode } from "./duo.ts";
export { checkOpening, covers, createOpening, openingSchema, type NotCovered } from "./opening.ts";
export {
  BREAK_GLASS_HOURS,
  consentKey,
  effectiveStatus,
  isInForce,
  openUntil,
  packConsent,
  unpackConsent,
  type ConsentRecord,
  type StoredConsent,
} from "./record.ts";
export { scopeOf, scopeType, type Opening } from "./scope.ts";
export { consentLanguages, describeConsent, renderSentence, type ConsentDescription } from "./sentence.ts";
export { findTemplate, templates, type Template, type TemplateId } from "./templates.ts";
export { formatTerms, LATEST_WORDING, parseTerms, type FullTerms, type Terms } from "./terms.ts";
export { listPhrase } from "./wordings/en-1.ts";
export type { Part } from "./wordings/wording.ts";
