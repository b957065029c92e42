// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One appointment in one word: bits 0..7 status (0 none, 1 requested, 2 confirmed, 3 cancelled, 4 completed, 5 missed),
/// 8..15 asked by (1 patient, 2 provider), 16..47 day, 48..55 slot, 56..63 length in quarter-hours, 64..95 version, 96..135 changedAt.
type AppointmentRecord is uint256;
