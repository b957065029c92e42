// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev When an act happened, in one word.
///
///  255                128 127                 64 63                   0
/// ┌──────────────────────┬──────────────────────┬──────────────────────┐
/// │      kept zero       │ block time (Unix s)  │     block number     │
/// └──────────────────────┴──────────────────────┴──────────────────────┘
type Stamp is uint256;

/// @dev The stamp of the current block.
function stampNow() view returns (Stamp) {
    return Stamp.wrap((block.timestamp << 64) | block.number);
}
