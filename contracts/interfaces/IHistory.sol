// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A history that is provably complete
/// @notice Every act is one event and advances the head of exactly one account. Topic 1 of every event is that account;
/// the last data word is its new head; the word before it is the Stamp. All event data are static words, so for every
/// act `head' = keccak256(head ‖ topics ‖ data without its last word)`, starting from zero.
/// An account's first act also joins the roll: `roll' = keccak256(roll ‖ account as a 32-byte word)`, starting from zero.
interface IHistory {
    /// @notice The head of `account`: zero when it never acted.
    /// @param account Whose acts.
    /// @return The hash chain over all acts of this account, in order and in time.
    function headOf(address account) external view returns (bytes32);

    /// @notice The hash chain over all accounts that ever acted, in the order of their first acts.
    /// @return The chained word: zero before the first act of all.
    function roll() external view returns (bytes32);
}
