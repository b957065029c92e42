// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Roles of an organisation's members; zero is none.
uint8 constant DOCTOR = 1;
uint8 constant NURSE = 2;
uint8 constant CLERK = 3;

/// @dev Kinds of providers: 1 doctor, 2 nurse, 3 lab, 4 pharmacy, 5 insurer, 6 researcher, 7 organisation. The first two
/// have the numbers of the roles.
uint8 constant ORGANISATION = 7;
