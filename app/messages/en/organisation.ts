// What an organisation's page says, and what its members read while they read in its name.

/** English messages about organisations; every key begins with "organisation.". */
export const organisation = {
  "organisation.title": "Members",
  "organisation.lead":
    "Who may read in your name what patients let you read. They need your key for it, and you share it here.",
  "organisation.loading": "Reading your members …",
  "organisation.notOrganisation": "This page is for clinics and other organisations.",
  "organisation.notOrganisationDetail": "A registrar verifies an organisation; then it can have members.",
  "organisation.notVerified":
    "You are not verified now, so nobody can read in your name, and you can add nobody. You can still remove members.",
  "organisation.numbers": "Numbers of your key",
  "organisation.numbersLead":
    "Patients and members compare them with you, in person or by phone, before they trust your key.",

  "organisation.act.add": "Add {name} as a member",
  "organisation.act.role": "Give {name} another role",
  "organisation.act.remove": "Remove {name}",
  "organisation.act.leave": "Leave {name}",
  "organisation.act.publish": "Publish your new public key",

  "organisation.role.none": "Not a member",
  "organisation.role.doctor": "Doctor",
  "organisation.role.doctor.hint":
    "Reads and adds all that your consents cover, and may break the glass in an emergency.",
  "organisation.role.nurse": "Nurse",
  "organisation.role.nurse.hint": "The same as a doctor.",
  "organisation.role.clerk": "Clerk",
  "organisation.role.clerk.hint":
    "Sees whose consents you have, and reads their profiles. No other records, and adds nothing.",

  "organisation.key.current": "Has the key",
  "organisation.key.older": "Has an earlier key",
  "organisation.key.none": "Has no key yet",

  "organisation.members.list": "Your members",
  "organisation.members.since": "since",
  "organisation.members.none": "You have no members yet.",
  "organisation.members.noneDetail": "Add somebody who works for you. They use their own wallet and their own vault.",

  "organisation.add.button": "Add a member",
  "organisation.add.title": "Add a member",
  "organisation.add.lead":
    "They read in your name from then on, and patients see which of you did. You can remove them at any time.",
  "organisation.add.who": "Who?",
  "organisation.add.whoHint": "Search by name or place, or paste their address.",
  "organisation.add.role": "As what?",
  "organisation.add.key": "The key of {name}",
  "organisation.add.keyWhy":
    "Your own key is locked for this one. If it were somebody else’s, they could read in the place of {name}.",
  "organisation.add.noKey":
    "{name} has no key yet. You can add them now, and share your key with them from the list once they have set up their vault.",
  "organisation.add.submit": "Add this member",
  "organisation.add.error.who": "Choose whom to add",
  "organisation.add.error.self": "This is your own account. Choose somebody else",
  "organisation.add.error.there": "{name} is a member already",
  "organisation.add.error.role": "Say what they are with you",
  "organisation.add.done": "{name} is a member and has your key.",
  "organisation.add.doneNoKey": "{name} is a member. They have no key yet.",
  "organisation.add.notShared":
    "{name} is a member. Your key could not be shared with them just now: try it again from the list.",

  "organisation.share.button": "Share the key",
  "organisation.share.named": "Share the key with {name}",
  "organisation.share.again": "Share again",
  "organisation.share.againNamed": "Share again: {name}",
  "organisation.share.title": "Share your key with {name}?",
  "organisation.share.meaning":
    "With it, {name} opens in your name what patients locked for you, as far as their role goes and as long as they are a member.",
  "organisation.share.noKey": "{name} has no key of their own yet. Ask them to set up their vault first.",
  "organisation.share.busy": "Sharing …",
  "organisation.share.done": "{name} has your key.",
  "organisation.share.changed":
    "The key of {name} has just changed. Nothing was shared. Compare the new numbers, and try again.",

  "organisation.changeRole.button": "Change role",
  "organisation.changeRole.named": "Change role: {name}",
  "organisation.changeRole.title": "What is {name} with you?",

  "organisation.remove.button": "Remove",
  "organisation.remove.named": "Remove {name}",
  "organisation.remove.title": "Remove {name}?",
  "organisation.remove.meaning": "From this moment nothing more opens for {name} in your name.",
  "organisation.remove.after":
    "{name} has your key, and may remember or have kept what they opened. Afterwards this page leads you through changing the key.",
  "organisation.remove.done": "{name} is no member any more.",

  "organisation.change.title": "Your key must be changed",
  "organisation.change.text":
    "{names} {count, plural, one {is} other {are}} no member any more and {count, plural, one {has} other {have}} your key. Until you change it, patients lock for the old one.",
  "organisation.change.unfinished": "Your new key is not in use yet",
  "organisation.change.unfinishedText": "Some of it is done already. Go on from here; nothing is done twice.",
  "organisation.change.make": "Make a new key in your vault. The old one stays in there, for what was locked for it.",
  "organisation.change.publish":
    "Publish it, with one signature of your wallet. Patients then compare its numbers with you.",
  "organisation.change.share":
    "{count, plural, =0 {Share it with your members.} one {Share it with the one member who has the old one.} other {Share it with the # members who have the old one.}}",
  "organisation.change.stepDone": "done",
  "organisation.change.button": "Change the key",
  "organisation.change.publishButton": "Publish the new key",
  "organisation.change.shareButton": "Share the new key",
  "organisation.change.busy": "Changing the key …",
  "organisation.change.done": "Your new key is in use, and your members have it.",
  "organisation.change.uncompared":
    "{count, plural, one {The key of {names} was} other {The keys of {names} were}} never compared. Choose “Share the key” beside {count, plural, one {that member} other {each of them}} below.",

  "organisation.reading.label": "For whom you read",
  "organisation.reading.for": "Reading for",
  "organisation.reading.forOver": "You were reading for",
  "organisation.reading.yourself": "yourself",
  "organisation.reading.statement":
    "Sign in to Placet to read for the organisation that is named below. This costs nothing and changes nothing.",
  "organisation.reading.change": "Read for {name}",
  "organisation.reading.back": "Read for yourself",
  "organisation.reading.waiting": "Waiting for your wallet …",
  "organisation.reading.changed": "You read for {name} now.",
  "organisation.reading.changedOwn": "You read for yourself now.",
  "organisation.reading.ownName": "Requests and visits stay in your own name.",
  "organisation.reading.clerk": "As a clerk you see who gave consent, and open their profiles only.",
  "organisation.reading.asking": "Fetching the key that was shared with you …",
  "organisation.reading.over": "You are no member of {name} any more",
  "organisation.reading.overText": "Nothing opens in its name any more, and what was open here is closed.",
  "organisation.reading.overNext":
    "You can go on as yourself, with “Read for yourself” above. If this is a mistake, ask them to add you again.",
  "organisation.reading.none.title": "{name} has not shared its key with you yet",
  "organisation.reading.none.text":
    "You see whose consents there are, but nothing opens. Ask {name} to share its key, on its page “Members”.",
  "organisation.reading.older.title": "{name} has a new key that you have not got yet",
  "organisation.reading.older.text": "What was locked for the one before still opens.",
  "organisation.reading.notOurs": "This consent opens with the key of {name}, which this device does not have.",
  "organisation.reading.patients": "Patients of {name}",
  "organisation.reading.patientsLead": "People who let {name} see their records, or add to them.",
  "organisation.reading.none": "Nobody has given {name} access yet.",
  "organisation.reading.noConsent": "This person has never given {name} access.",

  "organisation.memberships.title": "Where you are a member",
  "organisation.memberships.lead": "You can read in their name, as far as your role goes.",
  "organisation.memberships.role": "Your role: {role}",
  "organisation.leave.button": "Leave for good",
  "organisation.leave.named": "Leave for good: {name}",
  "organisation.leave.title": "Leave {name}?",
  "organisation.leave.meaning":
    "From this moment nothing more opens for you in the name of {name}. Only {name} can add you again.",
  "organisation.leave.after": "What you opened, you may remember or have kept. {name} then changes its key.",
} as const;
