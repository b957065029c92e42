// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IReceipts} from "../interfaces/IReceipts.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev A gateway's receipts are numbered from 1; its batches leave no gap and never overlap.
abstract contract Receipts is IReceipts, LedgerState {
    /// @inheritdoc IReceipts
    function anchorReceipts(bytes32 root, uint64 first, uint64 count) external {
        Anchors storage anchors = _anchors[msg.sender];
        (bytes32 previous, uint64 anchored) = (anchors.lastRoot, anchors.anchored);
        if (root == 0 || count == 0) revert NoReceipts();
        if (first != anchored + 1) revert WrongFirst(anchored + 1);
        anchors.lastRoot = root;
        anchors.anchored = first + count - 1; // and the number after it exists: a batch that leaves none is refused
        _record(msg.sender, 2, abi.encode(ReceiptsAnchored.selector, msg.sender, root, previous, first, count));
    }

    /// @inheritdoc IReceipts
    function receiptsOf(address gateway) external view returns (bytes32 lastRoot, uint64 nextNumber) {
        Anchors storage anchors = _anchors[gateway];
        return (anchors.lastRoot, anchors.anchored + 1);
    }
}
