// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev An address as one word of an event.
function wordOf(address account) pure returns (bytes32) {
    return bytes32(uint256(uint160(account)));
}
