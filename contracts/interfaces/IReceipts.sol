// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Roots of receipts
/// @notice A gateway anchors the receipts of its releases in batches, numbered from 1 without a gap; every root names
/// the one before it.
interface IReceipts {
    /// @notice Receipts `first` to `first + count - 1` of this gateway are the leaves of `root`.
    /// @param previous The gateway's root before this one: zero at the start.
    event ReceiptsAnchored(
        address indexed gateway, bytes32 root, bytes32 previous, uint64 first, uint64 count, Stamp stamp, bytes32 head
    );

    /// @notice The batch does not begin where the last one ended.
    error WrongFirst(uint64 expected);
    /// @notice A batch of nothing: no receipt, or a root of zero.
    error NoReceipts();

    /// @notice Anchors the sender's next batch.
    /// @param root Root of the Merkle tree over the salted receipts.
    /// @param first Number of the first receipt in it.
    /// @param count How many receipts are in it.
    function anchorReceipts(bytes32 root, uint64 first, uint64 count) external;

    /// @notice Where a gateway's receipts stand.
    /// @return lastRoot Its last root: zero when it anchored nothing.
    /// @return nextNumber The number that its next batch begins with.
    function receiptsOf(address gateway) external view returns (bytes32 lastRoot, uint64 nextNumber);
}
