// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Roles of an organisation's members; zero is none.
uint8 constant DOCTOR = 1;
uint8 constant NURSE = 2;
uint8 constant CLERK = 3;

/// @dev Kinds of providers run from 1 (doctor) to 7 (organisation).
uint8 constant ORGANISATION = 7;
