// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

interface IReceipts {
    /// Receipts first..first+count-1 of this gateway, as the leaves of `root`; previous = its root before (zero at the start).
    event ReceiptsAnchored(address indexed gateway, bytes32 root, bytes32 previous, uint64 first, uint64 count, Stamp stamp, bytes32 head);
    error WrongFirst(uint64 expected);
    error NoReceipts();

    function anchorReceipts(bytes32 root, uint64 first, uint64 count) external; // sender: gateway. Numbers begin at 1 and leave no gap
    function receiptsOf(address gateway) external view returns (bytes32 lastRoot, uint64 nextNumber);
}
