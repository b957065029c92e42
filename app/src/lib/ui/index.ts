// The design system's one door. Screens are made of these pieces; nothing here knows about chain, service or vault.
export { default as AccessGrid, type GridCategory, type GridCell } from "./AccessGrid.svelte";
export { default as Address } from "./Address.svelte";
export { default as Badge } from "./Badge.svelte";
export { default as Banner } from "./Banner.svelte";
export { default as Button } from "./Button.svelte";
export { default as Choice, type ChoiceOption } from "./Choice.svelte";
export { default as ConsentCard, type ConsentView } from "./ConsentCard.svelte";
export { default as Dialog } from "./Dialog.svelte";
export { default as EmptyState } from "./EmptyState.svelte";
export { default as ErrorSummary, type FormError } from "./ErrorSummary.svelte";
export { default as FailureNotice } from "./FailureNotice.svelte";
export { default as Field } from "./Field.svelte";
export { default as FilterBar, type FilterField } from "./FilterBar.svelte";
export { default as LiveRegion } from "./LiveRegion.svelte";
export { default as Moment } from "./Moment.svelte";
export { default as Page } from "./Page.svelte";
export { default as Person, type PersonView } from "./Person.svelte";
export { default as PersonPicker } from "./PersonPicker.svelte";
export { default as Progress, type ProgressPart } from "./Progress.svelte";
export { default as ProofDrawer, type ProofView } from "./ProofDrawer.svelte";
export { default as QrCode } from "./QrCode.svelte";
export { default as RecordRow, type RecordView } from "./RecordRow.svelte";
export { default as Seal } from "./Seal.svelte";
export { default as Section } from "./Section.svelte";
export { default as Sentence, type SentencePart } from "./Sentence.svelte";
export { default as Shell, type NavItem } from "./Shell.svelte";
export { default as Skeleton } from "./Skeleton.svelte";
export { default as Steps } from "./Steps.svelte";
export { default as Table, type TableColumn } from "./Table.svelte";
export { default as Tabs } from "./Tabs.svelte";
export { default as ThemeToggle } from "./ThemeToggle.svelte";
export { default as TransactionLine, type ActState, type ActView } from "./TransactionLine.svelte";
export { announce } from "./announce.svelte.ts";
export { clock } from "./clock.svelte.ts";
export {
  agoInWords,
  bytesInWords,
  dateInWords,
  durationInWords,
  momentInWords,
  shortMoment,
  timeInWords,
  timeLeftInWords,
} from "./dates.ts";
export { sealOf, type SealState, type SealView } from "./seal-state.ts";
export { shownActs } from "./shown-acts.svelte.ts";
export { createSteps, type StepFlow } from "./steps.svelte.ts";
export { currentLanguage, currentLocale, loadLanguage, t, type MessageKey } from "./text.ts";
export { applyTheme, type Theme } from "./theme.svelte.ts";
