// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IReceipts} from "../interfaces/IReceipts.sol";
import {History} from "./History.sol";

/// @dev A gateway's receipts are numbered from 1; its batches leave no gap and never overlap.
abstract contract Receipts is IReceipts, History {
    struct Batches {
        bytes32 lastRoot;
        uint64 anchored; // how many receipts, and so the number of the last one
    }

    mapping(address gateway => Batches) private _batches;

    /// @inheritdoc IReceipts
    function anchorReceipts(bytes32 root, uint64 first, uint64 count) external {
        Batches storage batches = _batches[msg.sender];
        (bytes32 previous, uint64 anchored) = (batches.lastRoot, batches.anchored);
        if (root == 0 || count == 0) revert NoReceipts();
        if (first != anchored + 1) revert WrongFirst(anchored + 1);
        batches.lastRoot = root;
        batches.anchored = anchored + count;
        _record(msg.sender, 2, abi.encode(ReceiptsAnchored.selector, msg.sender, root, previous, first, count));
    }

    /// @inheritdoc IReceipts
    function receiptsOf(address gateway) external view returns (bytes32 lastRoot, uint64 nextNumber) {
        Batches storage batches = _batches[gateway];
        return (batches.lastRoot, batches.anchored + 1);
    }
}
