// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IHistory} from "../interfaces/IHistory.sol";

/// @dev One head per account and the roll of all accounts. Every event of a contract built on this goes through
/// `_advance`, with the same words that it logs: its topics, then its data without the last word.
abstract contract History is IHistory {
    mapping(address account => bytes32) private _heads;

    /// @inheritdoc IHistory
    bytes32 public roll;

    /// @inheritdoc IHistory
    function headOf(address account) public view returns (bytes32) {
        return _heads[account];
    }

    /// @dev Appends one act to the history of `account`.
    /// @param act abi.encode(topics..., data words without the head); topic 1 must be `account`.
    /// @return head The new head, to be logged as the last data word.
    function _advance(address account, bytes memory act) internal returns (bytes32 head) {
        bytes32 previous = _heads[account];
        if (previous == 0) roll = keccak256(abi.encode(roll, account));
        head = keccak256(bytes.concat(previous, act));
        _heads[account] = head;
    }
}
