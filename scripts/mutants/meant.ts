// Which contracts are made mistakes in.

/** What decides about consent: the modules, the record's value type and its key, and who signed what. */
export const meant = {
  core: listFiles(
    "modules/ConsentBase modules/Consents modules/SignedActs types/ConsentRecord types/Version libraries/RecordKey",
  ),
  whole: listFiles(
    "modules/Answers modules/Batches modules/CareBatches modules/ConsentBase modules/Consents modules/Emergency modules/Keys " +
      "modules/LedgerState modules/Moves modules/Proxies modules/Relays modules/Replies modules/Requests modules/SignedActs " +
      "types/ConsentRecord types/Version libraries/GrantHash libraries/RecordKey",
  ),
};

function listFiles(names: string): RegExp {
  return new RegExp(`^contracts/(${names.replaceAll(" ", "|")})\\.sol$`);
}
