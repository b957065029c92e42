// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One day of a provider in one word. Bit i of each row is the quarter of an hour i.
///
///  255         232 231        192 191                 96 95                   0
/// ┌──────────────┬──────────────┬──────────────────────┬──────────────────────┐
/// │  kept zero   │     turn     │        booked        │         open         │
/// └──────────────┴──────────────┴──────────────────────┴──────────────────────┘
///
/// turn  the deadline that the next signed open hours have to go beyond: ISignedActs says why
type Day is uint256;

using {open, booked, turn, reopened, withBooked, withReleased} for Day global;

function open(Day day) pure returns (uint96) {
    return uint96(Day.unwrap(day));
}

function booked(Day day) pure returns (uint96) {
    return uint96(Day.unwrap(day) >> 96);
}

function turn(Day day) pure returns (uint40) {
    return uint40(Day.unwrap(day) >> 192);
}

/// @dev The day with these quarter-hours open and no others, in this turn; what is booked stays booked.
function reopened(Day day, uint96 open_, uint40 turn_) pure returns (Day) {
    return Day.wrap((uint256(turn_) << 192) | (uint256(day.booked()) << 96) | open_);
}

/// @dev The day with these quarter-hours booked as well.
function withBooked(Day day, uint96 wanted) pure returns (Day) {
    return Day.wrap(Day.unwrap(day) | (uint256(wanted) << 96));
}

/// @dev The day without these quarter-hours booked.
function withReleased(Day day, uint96 held) pure returns (Day) {
    return Day.wrap(Day.unwrap(day) & ~(uint256(held) << 96));
}
