// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev When an act happened, in one word: bits 0..63 block number, bits 64..127 block time (Unix seconds).
type Stamp is uint256;

/// @dev The stamp of the current block.
function stampNow() view returns (Stamp) {
    return Stamp.wrap((block.timestamp << 64) | block.number);
}
