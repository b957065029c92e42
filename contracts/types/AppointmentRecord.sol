// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {lift} from "./Version.sol";

/// @dev One appointment in one word.
///
///  255     136 135        96 95      64 63      56 55    48 47    16 15       8 7      0
/// ┌───────────┬─────────────┬──────────┬──────────┬────────┬────────┬──────────┬────────┐
/// │ kept zero │  changedAt  │ version  │  length  │  slot  │  day   │ asked by │ status │
/// └───────────┴─────────────┴──────────┴──────────┴────────┴────────┴──────────┴────────┘
///
/// day counts UTC days from 1970-01-01; slot is the quarter of an hour in it, 0 to 95; length is in quarters of an hour.
type AppointmentRecord is uint256;

using {word, status, askedBy, day, slot, length, version, changedAt, startsAt, moved} for AppointmentRecord global;

uint8 constant REQUESTED = 1;
uint8 constant CONFIRMED = 2;
uint8 constant CANCELLED = 3;
uint8 constant COMPLETED = 4;
uint8 constant MISSED = 5;

uint8 constant BY_PATIENT = 1;
uint8 constant BY_PROVIDER = 2;

uint8 constant SLOTS_PER_DAY = 96;

/// @dev The record of an appointment asked for now.
function newAppointment(uint8 askedBy_, uint32 day_, uint8 slot_, uint8 length_, uint32 version_, uint256 now_)
    pure
    returns (AppointmentRecord)
{
    return AppointmentRecord.wrap(
        uint256(REQUESTED) | (uint256(askedBy_) << 8) | (uint256(day_) << 16) | (uint256(slot_) << 48)
            | (uint256(length_) << 56) | (uint256(version_) << 64) | (now_ << 96)
    );
}

/// @dev The record as one word of an event.
function word(AppointmentRecord record) pure returns (bytes32) {
    return bytes32(AppointmentRecord.unwrap(record));
}

function status(AppointmentRecord record) pure returns (uint8) {
    return uint8(AppointmentRecord.unwrap(record));
}

function askedBy(AppointmentRecord record) pure returns (uint8) {
    return uint8(AppointmentRecord.unwrap(record) >> 8);
}

function day(AppointmentRecord record) pure returns (uint32) {
    return uint32(AppointmentRecord.unwrap(record) >> 16);
}

function slot(AppointmentRecord record) pure returns (uint8) {
    return uint8(AppointmentRecord.unwrap(record) >> 48);
}

function length(AppointmentRecord record) pure returns (uint8) {
    return uint8(AppointmentRecord.unwrap(record) >> 56);
}

function version(AppointmentRecord record) pure returns (uint32) {
    return uint32(AppointmentRecord.unwrap(record) >> 64);
}

function changedAt(AppointmentRecord record) pure returns (uint40) {
    return uint40(AppointmentRecord.unwrap(record) >> 96);
}

/// @dev When it begins, in Unix seconds.
function startsAt(AppointmentRecord record) pure returns (uint256) {
    unchecked {
        return uint256(record.day()) * 1 days + uint256(record.slot()) * 15 minutes;
    }
}

/// @dev The next version, in another status. At the top the version stays, so that cancelling never fails.
function moved(AppointmentRecord record, uint8 status_, uint256 now_) pure returns (AppointmentRecord) {
    uint256 asked = AppointmentRecord.unwrap(record) & 0xffffffffffffff00; // asked by, day, slot, length
    return AppointmentRecord.wrap(
        asked | status_ | (uint256(lift(record.version())) << 64) | (now_ << 96)
    );
}

/// @dev The quarter-hours that the appointment takes: bits 0..95 of its own day, bits 96..191 of the day after.
function quarters(uint8 slot_, uint8 length_) pure returns (uint192) {
    unchecked {
        return uint192(((uint256(1) << length_) - 1) << slot_);
    }
}
