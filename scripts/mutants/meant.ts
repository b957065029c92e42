// Which contracts are made mistakes in.

/** What decides about consent: the modules, the record's value type, who signed what, and what is written in assembly. */
export const meant = {
  core: listFiles(
    "modules/ConsentBase modules/Consents modules/SignedActs types/ConsentRecord types/Version libraries/Assembly",
  ),
  whole: listFiles(
    "modules/Answers modules/Batches modules/CareBatches modules/ConsentBase modules/Consents modules/Emergency modules/Keys " +
      "modules/LedgerState modules/Moves modules/Proxies modules/Relays modules/Replies modules/Requests modules/SignedActs " +
      "types/ConsentRecord types/Version libraries/Assembly",
  ),
};

function listFiles(names: string): RegExp {
  return new RegExp(`^contracts/(${names.replaceAll(" ", "|")})\\.sol$`);
}
