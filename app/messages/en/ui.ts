// What the shared pieces of the interface say, whatever place they stand in.

/** English messages of the design system; every key begins with "ui.". */
export const ui = {
  "ui.date.today": "today, {time}",
  "ui.date.tomorrow": "tomorrow, {time}",
  "ui.date.yesterday": "yesterday, {time}",
  "ui.date.at": "{date}, {time}",
  "ui.date.left": "{duration} left",
  "ui.date.endedAgo": "ended {duration} ago",
  "ui.date.ago": "{duration} ago",
  "ui.date.justNow": "just now",
  "ui.date.until": "until {when}",
  "ui.date.from": "from {when}",
  "ui.duration.seconds": "{count, plural, one {# second} other {# seconds}}",
  "ui.duration.minutes": "{count, plural, one {# minute} other {# minutes}}",
  "ui.duration.hours": "{count, plural, one {# hour} other {# hours}}",
  "ui.duration.days": "{count, plural, one {# day} other {# days}}",

  "ui.seal.in-force": "In force",
  "ui.seal.ending": "Ends soon",
  "ui.seal.over": "Over",
  "ui.seal.emergency": "Emergency",
  "ui.seal.waiting": "Waiting for an answer",
  "ui.seal.upcoming": "Not started yet",

  "ui.sentence.explain": "What “{words}” means",
  "ui.close": "Close",
  "ui.cancel": "Cancel",
  "ui.back": "Back",
  "ui.next": "Continue",
  "ui.retry": "Try again",
  "ui.more": "Show more",
  "ui.optional": "optional",
  "ui.skip": "Skip to the content",
  "ui.loading": "Loading",

  "ui.errors.title": "There is a problem",
  "ui.failure.title": "That did not work",
  "ui.failure.unknown": "Something went wrong that we did not expect. Nothing was changed. Try again in a moment.",

  "ui.consent.revoke": "Revoke",
  "ui.consent.renew": "Renew",
  "ui.consent.details": "Details",
  "ui.consent.hideDetails": "Hide details",
  "ui.consent.giveUp": "Give up this access",
  "ui.consent.from": "From",
  "ui.consent.until": "Until",
  "ui.consent.now": "Now",
  "ui.consent.ended": "Ended",
  "ui.consent.elapsed": "{percent} % of the time has passed",
  "ui.consent.reads":
    "{count, plural, =0 {Nothing was opened under this so far.} one {# document opened so far} other {# documents opened so far}}",
  "ui.consent.lastRead": "last {when}",
  "ui.consent.revoked": "Revoked {when}",
  "ui.consent.renounced": "Given up by them {when}",
  "ui.consent.superseded": "Replaced {when}",
  "ui.consent.expired": "Ran out {when}",

  "ui.grid.caption": "Who can see what now",
  "ui.grid.person": "Person",
  "ui.grid.closed": "Nobody can see: {categories}.",
  "ui.grid.cell": "{person}, {category}: {state}, until {when}",
  "ui.grid.none": "no access",
  "ui.grid.someDocuments": "{count, plural, one {# document} other {# documents}}",
  "ui.grid.until": "until {when}",

  "ui.record.readers":
    "{count, plural, =0 {Only you can read this} one {# person can read this} other {# people can read this}}",
  "ui.record.new": "New, not accepted yet",
  "ui.record.from": "from {author}",
  "ui.record.you": "added by you",

  "ui.transaction.waiting-for-wallet": "Waiting for your wallet",
  "ui.transaction.sent": "Sent",
  "ui.transaction.on-the-ledger": "On the ledger",
  "ui.transaction.indexed": "In your history",
  "ui.transaction.rejected": "You said no in your wallet. Nothing was changed.",
  "ui.transaction.failed": "The ledger refused this. Nothing was changed.",
  "ui.transaction.advice.waiting-for-wallet":
    "Look for your wallet’s window: it may be behind this one, or waiting under its icon beside the address bar. Nothing is sent until you approve.",
  "ui.transaction.advice.sent":
    "This usually takes a few seconds. You can leave this page: it goes on without you, and we show it here until it is done.",
  "ui.transaction.advice.on-the-ledger":
    "It is on the ledger and counts already. Our own list has not caught up yet; it will by itself.",
  "ui.transaction.done": "Done. It is in your history.",
  "ui.transaction.dismiss": "Hide this",

  "ui.proof.title": "Proof",
  "ui.proof.open": "Show proof",
  "ui.proof.lead": "Everything this line says can be checked against the ledger, without trusting us.",
  "ui.proof.block": "Block",
  "ui.proof.transaction": "Transaction",
  "ui.proof.time": "Time on the ledger",
  "ui.proof.headBefore": "History fingerprint before",
  "ui.proof.headAfter": "History fingerprint after",
  "ui.proof.ok": "Checked on this device, {time}: this line is genuine and nothing before it is missing.",
  "ui.proof.unchecked": "Not checked on this device yet.",
  "ui.proof.failed": "This line does not match the ledger.",
  "ui.proof.failedMeaning":
    "The list that the service showed differs from what the ledger holds. Your consents on the ledger are not affected. Do not rely on this line; tell the people who run this service, or ask an auditor.",
  "ui.proof.ifFailed":
    "If a check ever fails, this line turns red and says so: then the service has shown something that the ledger does not hold.",
  "ui.proof.verify": "Check again",
  "ui.proof.verifying": "Checking against the ledger …",

  "ui.badge.verified": "Verified",
  "ui.badge.verifiedKind": "Verified {kind}",
  "ui.badge.notVerified": "Not verified",
  "ui.badge.suspended": "Suspended",
  "ui.badge.expired": "Verification expired",

  "ui.address.copy": "Copy the whole address",
  "ui.address.copyValue": "Copy",
  "ui.address.copied": "Copied",

  "ui.progress.done": "done",
  "ui.progress.waiting": "waiting",
  "ui.progress.left": "about {duration} left",
  "ui.progress.speed": "{size} a second",

  "ui.picker.search": "Search by name or place, or paste an address",
  "ui.picker.searching": "Searching …",
  "ui.picker.results": "{count, plural, =0 {Nobody found} one {# person found} other {# people found}}",
  "ui.picker.none": "Nobody in the directory matches “{query}”. Check the spelling, or paste their address.",
  "ui.picker.address": "This exact address",
  "ui.picker.notInDirectory": "Not in the directory. Nobody has verified who this is.",
  "ui.picker.failed": "The directory did not answer. You can still paste an address.",

  "ui.filter.title": "Filters",
  "ui.filter.clear": "Clear filters",
  "ui.filter.any": "Any",
  "ui.filter.found": "{count, plural, =0 {Nothing found} one {# found} other {# found}}",

  "ui.steps.progress": "Step {step} of {total}",

  "ui.theme.label": "Appearance",
  "ui.theme.system": "As on this device",
  "ui.theme.light": "Light",
  "ui.theme.dark": "Dark",

  "ui.field.show": "Show",
  "ui.field.hide": "Hide",
  "ui.file.choose": "Choose files",

  "ui.qr.label": "QR code for {value}",
} as const;
