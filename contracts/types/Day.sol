// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One day of a provider in one word. Bit i of each row is the quarter of an hour i.
///
///  255                192 191                 96 95                   0
/// ┌──────────────────────┬──────────────────────┬──────────────────────┐
/// │      kept zero       │        booked        │         open         │
/// └──────────────────────┴──────────────────────┴──────────────────────┘
type Day is uint256;

using {open, booked, reopened, withBooked, withReleased} for Day global;

function open(Day day) pure returns (uint96) {
    return uint96(Day.unwrap(day));
}

function booked(Day day) pure returns (uint96) {
    return uint96(Day.unwrap(day) >> 96);
}

/// @dev The day with these quarter-hours open and no others; what is booked stays booked.
function reopened(Day day, uint96 open_) pure returns (Day) {
    return Day.wrap((Day.unwrap(day) >> 96 << 96) | open_);
}

/// @dev The day with these quarter-hours booked as well.
function withBooked(Day day, uint96 wanted) pure returns (Day) {
    return Day.wrap(Day.unwrap(day) | (uint256(wanted) << 96));
}

/// @dev The day without these quarter-hours booked.
function withReleased(Day day, uint96 held) pure returns (Day) {
    return Day.wrap(Day.unwrap(day) & ~(uint256(held) << 96));
}
