// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IHistory} from "../interfaces/IHistory.sol";
import {logAct, unclaimed} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";

/// @dev One head per account and the roll of all accounts. Every event of a contract built on this is logged by
/// `_record`, so that what is hashed and what is logged are the same bytes, and no event goes without stamp and head.
abstract contract History is IHistory {
    /// @dev A struct around the one word, here and in the modules: its place in storage is computed once for reading and
    /// writing.
    struct Chain {
        bytes32 head;
    }

    mapping(address account => Chain) private _chains;

    /// @inheritdoc IHistory
    bytes32 public roll;

    /// @inheritdoc IHistory
    function headOf(address account) external view returns (bytes32) {
        return _chains[account].head;
    }

    /// @dev Appends one act to the history of `account` and logs it.
    /// @param topics How many of the act's words are topics: 2, 3 or 4.
    /// @param act abi.encode(selector of the event, account, its other topics..., its data without stamp and head),
    /// encoded just now: what follows it in memory is free, and the bytes are not used again.
    function _record(address account, uint256 topics, bytes memory act) internal {
        Chain storage chain = _chains[account];
        bytes32 previous = chain.head;
        chain.head = logAct(previous, topics, act);
        if (previous == 0) roll = keccak256(abi.encode(roll, account));
    }

    /// @dev Where the history of an account is kept, and its head: for several acts at once, which are logged one after the
    /// other by `_log` before the last head is written by `_advance`.
    function _chainOf(address account) internal view returns (Chain storage chain, bytes32 head) {
        chain = _chains[account];
        head = chain.head;
    }

    /// @dev Writes the head that acts on `account` have led to.
    function _advance(Chain storage chain, address account, bytes32 previous, bytes32 head) internal {
        chain.head = head;
        if (previous == 0) roll = keccak256(abi.encode(roll, account));
    }

    /// @dev An act on `account` with two more topics and one word of data.
    function _record(bytes32 selector, address account, address second, bytes32 third, bytes32 a) internal {
        _record(account, 4, unclaimed(selector, wordOf(account), wordOf(second), third, a));
    }

    /// @dev An act on `account` with two more topics and two words of data.
    function _record(bytes32 selector, address account, address second, bytes32 third, bytes32 a, bytes32 b) internal {
        _record(account, 4, unclaimed(selector, wordOf(account), wordOf(second), third, a, b));
    }

    /// @dev An act on `account` with two more topics and three words of data.
    function _record(
        bytes32 selector,
        address account,
        address second,
        bytes32 third,
        bytes32 a,
        bytes32 b,
        bytes32 c
    ) internal {
        _record(account, 4, unclaimed(selector, wordOf(account), wordOf(second), third, a, b, c));
    }
}
