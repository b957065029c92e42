// What no ledger can do without: one new word of storage and one log of the size of a grant's (four topics, four words of
// data). No check, no signature, no history. Calldata: the slot, the word, four topics.
object "Floor" {
  code {
    datacopy(0, dataoffset("runtime"), datasize("runtime"))
    return(0, datasize("runtime"))
  }
  object "runtime" {
    code {
      sstore(calldataload(0), calldataload(32))
      calldatacopy(0, 0, 128)
      log4(0, 128, calldataload(64), calldataload(96), calldataload(128), calldataload(160))
    }
  }
}
