// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One consent in one word.
///
///  255      232 231      192 191      152 151      112 111       72 71    40 39    8 7     0
/// ┌────────────┬────────────┬────────────┬────────────┬────────────┬────────┬───────┬───────┐
/// │ kept zero  │ changedAt  │ grantedAt  │ expiresAt  │ notBefore  │  ops   │version│status │
/// └────────────┴────────────┴────────────┴────────────┴────────────┴────────┴───────┴───────┘
type ConsentRecord is uint256;
