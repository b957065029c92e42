// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One document in one word: bits 0..7 status (0 none, 1 live, 2 withdrawn, 3 rejected), 8..39 version,
/// 40..79 changedAt, 80..239 author (the subject, or the provider who filed it).
type DocumentRecord is uint256;
