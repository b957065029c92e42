// What the pieces say that patients and providers share: the document viewer, adding documents, the calendar.

/** English messages of shared pieces; keys begin with "viewer.", "documents." or "calendar.". */
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
  "viewer.unsupported": "This kind of document cannot be shown here yet. You can save it and open it with another program.",
  "viewer.problem.damaged":
    "This document cannot be drawn: its content seems damaged. Nothing was changed. You can still save it as it is.",
  "viewer.problem.password":
    "This PDF is locked with a password of its own. Save it and open it with a program that asks for the password.",
  "viewer.problem.unsupported":
    "This kind of document cannot be shown here yet. You can save it and open it with another program.",
  "viewer.problem.left":
    "This document tried to do something that documents may not do, so it was closed. Nothing left this device.",

  "calendar.moreDays": "Show more days",
  "calendar.previousMonth": "Previous month",
  "calendar.nextMonth": "Next month",
  "calendar.today": "Today",
  "calendar.day": "{day}: {count, plural, =0 {nothing} one {# appointment} other {# appointments}}",
  "calendar.nothing": "Nothing on this day.",
} as const;
