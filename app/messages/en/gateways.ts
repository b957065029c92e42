/** The gateways that a patient trusts besides the service itself. */
export const gateways = {
  "gateways.title": "Gateways you trust",
  "gateways.lead":
    "A gateway hands over your records to the people who have your consent, for as long as they have it. It cannot read them. With a second one, run by somebody else, no single service can keep your records from those you share with.",
  "gateways.link": "See and add gateways",
  "gateways.link.lead": "Who may hand over your records to those who have your consent, besides this service.",
  "gateways.frame": "Way to a gateway",
  "gateways.loading": "Looking up your gateways …",

  "gateways.own": "This service",
  "gateways.own.about": "It serves you this page, and cannot be dropped here.",
  "gateways.address": "Account",
  "gateways.numbers": "Its numbers",
  "gateways.since": "Added",
  "gateways.count": "Can hand over {ready} of your {all, plural, one {# record} other {# records}}",
  "gateways.count.complete":
    "{all, plural, =0 {You have no records yet} one {Can hand over your one record} other {Can hand over all of your # records}}",
  "gateways.count.unknown": "Not asked yet what it holds",

  "gateways.progress": "Handing over to {host}",
  "gateways.progress.records": "Records made ready",
  "gateways.progress.asking": "Asking {host} what it holds …",
  "gateways.progress.said": "{host}: {ready} of {all} records are ready.",
  "gateways.progress.leave":
    "You can look at your other pages meanwhile. If you leave, it goes on by itself when you come back. What is there is not sent twice.",
  "gateways.done": "{host} can hand over all of your records now.",
  "gateways.pause": "Pause",
  "gateways.pause.named": "Pause: {host}",
  "gateways.paused": "Paused. It goes on when you say so, or by itself when you come back.",
  "gateways.goOn": "Go on",
  "gateways.goOn.named": "Go on: {host}",
  "gateways.again": "Try again now",
  "gateways.again.named": "Try again now: {host}",
  "gateways.failed": "Not everything has reached {host}",
  "gateways.failed.later": "Everything else goes on. It is tried again in a while, and whenever you come back.",
  "gateways.behind":
    "{count, plural, one {# record is not yet handed to {host}.} other {# records are not yet handed to {host}.}}",
  "gateways.behind.unknown": "{host} does not answer. What it lacks is handed to it later.",
  "gateways.look": "Look at your gateways",

  "gateways.add": "Add a gateway",
  "gateways.add.lead": "Somebody else must run it, for the same ledger. They tell you its web address and its numbers.",
  "gateways.add.url": "Web address of the gateway",
  "gateways.add.urlHint": "It begins with https://",
  "gateways.add.find": "Look it up",
  "gateways.add.finding": "Asking it who it is …",
  "gateways.add.found": "Is this the gateway you mean?",
  "gateways.add.compare":
    "Compare these numbers with those that its operator told you, not in the same message as the address. If they differ, do not go on.",
  "gateways.add.learns":
    "If you go on, {host} learns which kinds of records you have and how many, and what your new consents cover. It learns nothing of what is in your records. It can refuse to hand them over, or keep handing them over to somebody who had your consent and lost it.",
  "gateways.add.do": "Trust this gateway",
  "gateways.add.doing": "Remembering it in your vault …",
  "gateways.add.not": "Not this one",
  "gateways.add.done": "{host} is trusted from now on. Your records are being made ready for it.",

  "gateways.reads": "What was opened there",
  "gateways.reads.lead":
    "Where this service is away or refuses, those who have your consent may ask {host}. It keeps a receipt of each time.",
  "gateways.reads.see": "See what was opened",
  "gateways.reads.see.named": "See what was opened by {host}",
  "gateways.reads.asking": "Asking {host} …",
  "gateways.reads.none": "{host} has handed over nothing so far, as it says.",
  "gateways.reads.checked": "Receipt {number} of {host}, checked on this device.",
  "gateways.reads.wrong":
    "{host} also showed {count, plural, one {a receipt that does} other {# receipts that do}} not hold. What {count, plural, one {it says} other {they say}} is not shown. Ask whoever runs it why.",
  "gateways.reads.missing":
    "{host} left out {count, plural, one {one receipt} other {# receipts}} about you: each one names the one before it. Ask whoever runs it for {count, plural, one {it} other {them}}.",
  "gateways.reads.more": "Show older ones",
  "gateways.reads.elsewhere": "What was opened by another gateway that you trust stands with your gateways.",
  "gateways.act.tell": "Tell those who have your consent which gateways you trust",
  "gateways.untold":
    "Those who have your consent were not told of a change of your gateways, because you have not confirmed the key of one of them yet. They can ask your first gateway as before, and may still ask one that you dropped. Your next consent tells whom you give it to.",

  "gateways.erase.title": "At the other gateways you trust",
  "gateways.erase.lead":
    "They are asked to destroy what they hold of this record as well, and each answers for itself.",
  "gateways.erase.asked": "The other gateways you trust are asked to do the same: {hosts}.",
  "gateways.erase.asking": "Asking {host} to destroy it …",
  "gateways.erase.done": "{host} destroyed it on {date}.",
  "gateways.erase.failed": "{host} has not certified that it destroyed it",
  "gateways.erase.failed.later":
    "As long as it keeps to the ledger, {host} opens this record for nobody: it was taken out. It is asked again whenever you come to this page.",

  "gateways.revoke.missed":
    "Not told of the end at once: {hosts}. It counts there as soon as it stands on the ledger. You need do nothing more.",

  "gateways.drop": "Drop",
  "gateways.drop.named": "Drop: {host}",
  "gateways.drop.title": "Drop {host}?",
  "gateways.drop.text":
    "{host} deletes what it needs to hand over your records, and can hand over none of them from then on. It gets nothing more of you. This service goes on as before.",
  "gateways.drop.stays":
    "What it handed over before stays with whoever got it. What your consents said, it may remember. What was opened there you can go on looking at, below your gateways, as long as it answers. That it really deletes, nobody can prove: if it may not, end the consents in question; new keys are made after that.",
  "gateways.drop.do": "Drop this gateway",
  "gateways.drop.doing": "Having it delete …",
  "gateways.drop.done": "{host} was dropped. It can hand over nothing of yours any more.",
  "gateways.drop.silent":
    "You can forget it without its answer. It gets nothing more of you then, but it still holds what it has, until you add it once more and drop it.",
  "gateways.drop.anyway": "Forget it all the same",
  "gateways.drop.forgotten": "{host} was forgotten. It still holds what it had.",

  "gateways.former": "Gateways you dropped",
  "gateways.former.lead":
    "They get nothing of you any more. You can still ask each what was opened there before: it alone has the receipts, and shows them as long as it wants to.",
  "gateways.former.since": "Dropped",
  "gateways.former.forget": "Take off this list",
  "gateways.former.forget.named": "Take off this list: {host}",
  "gateways.former.done": "{host} is no longer in your list.",

  "gateways.error.address":
    "This is no web address of a gateway. It begins with https:// and names a host. Nothing was asked.",
  "gateways.error.silent":
    "{host} did not answer, or is no gateway that lets your page ask it. Nothing of yours was lost. Check the address, or try again later.",
  "gateways.error.inside":
    "{host} is an address inside a network, at home or at work, and this page comes from outside of it. It was not asked. Whoever runs that gateway has to give it an address that everybody can reach.",
  "gateways.error.strange":
    "{host} answered something that no gateway answers. It was not used. Check the address with whoever runs it.",
  "gateways.error.busy":
    "{host} has answered enough questions for the moment. Nothing of yours was lost. Try again in a minute.",
  "gateways.error.away": "{host} cannot do this now. Nothing of yours was lost. Try again later.",
  "gateways.error.unsigned":
    "{host} did not take what was signed for it. Nothing was changed there. Check that this device's clock is right, then try again.",
  "gateways.error.notYet":
    "{host} says that it cannot do this as things stand. Nothing was changed there. If something has just changed, wait a minute and try again.",
  "gateways.error.notFinal":
    "{host} waits until the end stands on the ledger for good. Nothing was lost. Ask again later: on most ledgers it does within a quarter of an hour.",
  "gateways.error.refused": "{host} refused this. Nothing was changed there. Ask whoever runs it why.",
  "gateways.error.otherLedger":
    "{host} serves another ledger than yours: it knows nothing of your consents. It was not added.",
  "gateways.error.itself": "This is the service that you use already. Add one that somebody else runs.",
  "gateways.error.known": "You trust {host} already: its account is in your list above.",
  "gateways.error.most":
    "You trust {count} gateways besides this service, and more are not possible. Drop one of them first.",
};
