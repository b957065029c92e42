// What the pieces say that patients and providers share: the document viewer, adding documents, the calendar.

/** English messages of shared pieces; keys begin with "viewer.", "documents.", "witness." or "calendar.". */
export const shared = {
  "viewer.controls": "Page and size",
  "viewer.previous": "Previous page",
  "viewer.next": "Next page",
  "viewer.pageOf": "Page {page} of {pages}",
  "viewer.smaller": "Smaller",
  "viewer.larger": "Larger",
  "viewer.fit": "Shown at {percent} %. Fit to the width",
  "viewer.drawing": "Drawing the document …",
  "viewer.frame": "Document: {title}",
  "viewer.cut": "The text is longer than this. Save it to read the rest.",
  "viewer.tooLarge": "This record is too large to show here. Save it to open it on this device.",
  "viewer.noText": "This document holds no text. Save it to see what is in it.",
  "viewer.unsupported":
    "This kind of document cannot be shown here yet. You can save it and open it with another program.",
  "viewer.problem.damaged":
    "This document cannot be drawn: its content seems damaged. Nothing was changed. You can still save it as it is.",
  "viewer.problem.password":
    "This PDF is locked with a password of its own. Save it and open it with a program that asks for the password.",
  "viewer.problem.unsupported":
    "This kind of document cannot be shown here yet. You can save it and open it with another program.",
  "viewer.problem.slow":
    "This document took too long to show, and was stopped. It may be damaged, or built to do harm. Nothing else was affected. Save it only if you trust who made it.",
  "viewer.problem.left":
    "This document tried to do something that documents may not do, so it was closed. Nothing left this device.",

  "witness.wallet": "Read from the ledger just now, by this service and by your own wallet. Both say the same.",
  "witness.endpoint":
    "Read from the ledger just now, by this service and by the node that you named. Both say the same.",
  "witness.nobody.title": "Only this service says so",
  "witness.nobody.text":
    "Your wallet answers no questions about the ledger, or knows it from this service alone. If the service lied, somebody else could read what you share with {name}. Compare the numbers with {name}, or name a node of your own.",
  "witness.second.title": "Ask another node too",
  "witness.second.text":
    "The address of a node for this ledger that you, or people you trust, run. What it says is compared with what this service says. The page is loaded again.",
  "witness.second.label": "Address of the node",
  "witness.second.save": "Ask it too",

  "calendar.noKey":
    "The other side has no key on the ledger, so what it is about cannot be encrypted for them. Nothing was sent.",
  "calendar.moreDays": "Show more days",
  "calendar.previousMonth": "Previous month",
  "calendar.nextMonth": "Next month",
  "calendar.today": "Today",
  "calendar.day": "{day}: {count, plural, =0 {nothing} one {# appointment} other {# appointments}}",
  "calendar.nothing": "Nothing on this day.",

  "people.you": "you",

  "documents.untitled": "Untitled",
  "documents.drop.many": "Drop files here",
  "documents.drop.one": "Drop a file here",
  "documents.choose.many": "Choose files",
  "documents.choose.one": "Choose a file",
  "documents.drop.hint":
    "PDF, JPG, PNG, text, Word or FHIR files, up to 1 GB each. They are encrypted on this device before they leave it.",
  "documents.remove": "Remove",
  "documents.field.title": "Title",
  "documents.field.category": "Category",
  "documents.field.suggested": "Suggested from the file’s name and content. Change it if it does not fit.",
  "documents.field.date": "Date of the record",
  "documents.field.tags": "Tags",
  "documents.field.tagsHint":
    "Words to find it by, with commas between them. Only people who may read the record see them.",
  "documents.protected":
    "This category is specially protected: it is never part of a consent unless you choose it by itself.",
  "documents.progress": "Adding {title}",
  "documents.storing": "Encrypting on this device and storing",
  "documents.checking": "Checking what is stored, then the ledger",
  "documents.unfinished.title": "Not finished",
  "documents.unfinished.lead":
    "These were being added when this page was closed. Nothing of them is in your records yet. Choose the same file again, and only what is missing is sent.",
  "documents.unfinished.done": "{percent} % encrypted",
  "documents.unfinished.choose": "Choose the file again",
  "documents.unfinished.discard": "Give up",
  "documents.pause": "Pause",
  "documents.resume": "Go on",
  "documents.paused": "Paused. Nothing is being sent.",
  "documents.retryAll": "Try all {count} again",
  "documents.state.describing": "Not started",
  "documents.state.waiting": "Waiting",
  "documents.state.working": "Under way",
  "documents.state.checking": "Checking what was stored",
  "documents.state.finishing": "Putting it on the ledger",
  "documents.state.done": "Added",
  "documents.state.failed": "Not added",
  "documents.state.cancelled": "Cancelled",
  "documents.state.unsupported": "Cannot be added",
  "documents.problem.type":
    "This kind of file cannot be added. What counts is its content, not its name. PDF, JPG, PNG, text, Word and FHIR files can.",
  "documents.problem.tooLarge": "This file is larger than 1 GB. Split it, or add a smaller copy.",
  "documents.problem.empty": "This file is empty.",
  "documents.problem.rejected":
    "You said no in your wallet. The file is kept here, encrypted and stored, but not part of your records. Try again when you want.",
  "documents.problem.unknown":
    "This file could not be added, and we did not expect that. Your other records are safe. Try again.",
} as const;
