// A record's life: its versions, its way out, its erasure, and the patient's own copy.
export const records = {
  "records.versions.title": "Versions",
  "records.versions.number": "Version {version}",
  "records.versions.newest": "Newest",
  "records.versions.lead": "People with consent get the newest. What they opened of an older version stays with them.",
  "records.versions.older": "This is version {version}. A newer one took its place.",
  "records.versions.seeNewest": "See the newest",
  "records.versions.readerLead": "{count, plural, one {There is # older version.} other {There are # older versions.}}",
  "records.versions.loading": "Reading the versions …",

  "records.correct.button": "Correct this",
  "records.correct.title": "Correct your record",
  "records.correct.lead":
    "What you write takes the place of what you filed before. {name} sees both, and sees the correction as new.",

  "records.ended.title": "Taken out of your records",
  "records.ended.show": "{count, plural, one {# record that was taken out} other {# records that were taken out}}",
  "records.ended.withdrawn": "Withdrawn",
  "records.ended.rejected": "Rejected",
  "records.ended.erased": "Erased",
  "records.ended.erasing": "Being erased",
  "records.ended.unnamed": "A record of {date}",

  "records.erase.title": "Erase it for good",
  "records.erase.lead":
    "Nobody can open this record through this service any more, but its encrypted bytes are still kept here. You can have them destroyed, once the ledger has it for good that the record was taken out: usually within a quarter of an hour.",
  "records.erase.begin": "Erase for good …",
  "records.erase.again": "Go on erasing",
  "records.erase.sure": "Erase “{title}” for good?",
  "records.erase.what":
    "This service destroys its keys to every version of this record, and every encrypted piece of it that it keeps. You get a certificate that says so.",
  "records.erase.cannotUndo":
    "This cannot be undone, not by us and not with your key, unless you have a copy of your own. What somebody opened before may be with them still. The ledger keeps the fact that there was a record, and nothing of what it says.",
  "records.erase.do": "Erase for good",
  "records.erase.working": "Destroying …",
  "records.erase.unfinished":
    "The erasure of this record was begun and is not finished. Nobody can open it any more. Go on to get your certificate.",
  "records.erase.done": "This record was erased on {date}. Nothing of it is kept here.",
  "records.erase.see": "See the certificate",
  "records.erase.error.other":
    "The certificate is not about this record, or not from this service. Do not rely on it. Ask for it again.",
  "records.erase.none": "There is no certificate for this record: it was not erased.",
  "records.erase.certificate.title": "Certificate of erasure",
  "records.erase.certificate.heading": "Certificate of erasure",
  "records.erase.certificate.erased": "Erased",
  "records.erase.certificate.seals": "Keys (seals) destroyed",
  "records.erase.certificate.blocks": "Encrypted pieces (IPFS blocks) destroyed",
  "records.erase.certificate.kept":
    "{count, plural, one {# piece was left, because another record uses it or somebody else had put it here first.} other {# pieces were left, because another record uses them or somebody else had put them here first.}}",
  "records.erase.certificate.versions": "Versions, by their fingerprints on the ledger",
  "records.erase.certificate.more": "{count, plural, one {and # version more} other {and # versions more}}",
  "records.erase.certificate.document": "Record, by its number on the ledger",
  "records.erase.certificate.ended": "Taken out before, by this transaction on the ledger",
  "records.erase.certificate.gateway": "Signed by this gateway",
  "records.erase.certificate.checking": "Checking the signature on this device …",
  "records.erase.certificate.ok": "The signature was checked on this device.",
  "records.erase.certificate.how":
    "Anybody can check the file without this service: it holds the words above and the gateway’s signature (EIP-712).",
  "records.erase.certificate.save": "Save the certificate",
  "records.erase.certificate.save.of": "Save the certificate of {host}",
  "records.erase.certificate.print": "Print",

  "records.copy.ask":
    "{count, plural, one {# record is kept in one place only: this service.} other {# records are kept in one place only: this service.}} With a copy of your own, you can open them even if it is gone.",
  "records.copy.keep": "Keep a copy of your own",
  "records.copy.title": "A copy of your own",
  "records.copy.lead":
    "One file with all your records, as encrypted as they are here. Whoever finds it can read nothing; with your vault you can open everything in it.",
  "records.copy.where": "Keep it somewhere else than this device: a second disk, or another place that you trust.",
  "records.copy.none": "You have no records to copy yet.",
  "records.copy.have": "Your copy of {date} has all your records.",
  "records.copy.haveOlder":
    "{count, plural, one {Your last copy lacks # record that came later.} other {Your last copy lacks # records that came later.}}",
  "records.copy.make": "{count, plural, one {Copy # record} other {Copy # records}}",
  "records.copy.making": "Fetching and checking …",
  "records.copy.progress": "Records copied",
  "records.copy.saved": "The copy was saved. Put it where you will find it again.",
  "records.copy.lacking":
    "{count, plural, one {# record could not be fetched and is not in the copy.} other {# records could not be fetched and are not in the copy.}} Try again later.",
  "records.copy.backTitle": "Bring a copy back",
  "records.copy.backLead":
    "If this service lost records, or you moved to another one: it takes in what your copy has and it lacks. What was erased stays away.",
  "records.copy.choose": "The file of your copy",
  "records.copy.bring": "Bring it back",
  "records.copy.bringing": "Bringing back …",
  "records.copy.brought":
    "{count, plural, =0 {Nothing was missing here.} one {# piece was missing here and is back.} other {# pieces were missing here and are back.}}",
  "records.copy.noFile": "Choose the file of your copy first.",
} as const;
