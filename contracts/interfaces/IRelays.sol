// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Acts sent together
/// @notice Acts that were signed apart, by whomever, sent in one transaction.
interface IRelays {
    /// @notice The gas that was sent along is not enough to give the next act its share.
    error NotEnoughGas();

    /// @notice Sends acts that were signed apart. Each is carried out whole or not at all; what is refused, because it was
    /// sent before, or never was good, is skipped and told, and hinders no other.
    /// @dev Each is a call of this contract by the sender (a delegatecall to itself: a plain act among them is the sender's
    /// own) and is given exactly `gasEach`. So a wallet that burns what it is given when it is asked for a signature
    /// burns its own share, and a sender who brings too little is refused instead of making good acts look bad.
    /// @param acts Each the whole calldata of one act.
    /// @param gasEach What each act may use.
    /// @return refusals For each act zero when it was done, else the selector of the error, or 0xffffffff when it was refused
    /// without a word.
    function relayEach(bytes[] calldata acts, uint256 gasEach) external returns (bytes4[] memory refusals);
}
