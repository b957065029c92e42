// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointmentChanges} from "../interfaces/IAppointmentChanges.sol";
import {IAppointments} from "../interfaces/IAppointments.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {wordOf} from "../libraries/Words.sol";
import {
    AppointmentRecord,
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    MISSED,
    REQUESTED,
    SLOTS_PER_DAY,
    quarters
} from "../types/AppointmentRecord.sol";
import {AppointmentsBase} from "./AppointmentsBase.sol";

/// @dev What was booked is free again when a confirmed appointment is cancelled or moved, and stays booked when it took
/// place or was missed.
abstract contract AppointmentChanges is IAppointmentChanges, AppointmentsBase {
    /// @inheritdoc IAppointmentChanges
    function rescheduleAppointment(IAppointments.Booking memory booking) external {
        _rescheduleAppointment(msg.sender, booking);
    }

    /// @inheritdoc IAppointmentChanges
    function rescheduleAppointmentSigned(
        address account,
        IAppointments.Booking memory booking,
        uint40 deadline,
        bytes calldata signature
    ) external {
        uint32 version = _appointmentAt(booking.patient, booking.provider, booking.id).record.version();
        _requireSignedCall(Typehash.RESCHEDULE_APPOINTMENT, 8, version, account, deadline, signature);
        _rescheduleAppointment(account, booking);
    }

    /// @inheritdoc IAppointmentChanges
    function cancelAppointment(address patient, address provider, bytes32 id) external {
        _cancelAppointment(msg.sender, patient, provider, id);
    }

    /// @inheritdoc IAppointmentChanges
    function cancelAppointmentSigned(
        address account,
        address patient,
        address provider,
        bytes32 id,
        bytes calldata signature
    ) external {
        uint32 version = _appointmentAt(patient, provider, id).record.version();
        _requireSigned(account, _actOfCall(Typehash.CANCEL_APPOINTMENT, 4, version), signature);
        _cancelAppointment(account, patient, provider, id);
    }

    /// @inheritdoc IAppointmentChanges
    function completeAppointment(address patient, address provider, bytes32 id) external {
        _closeAppointment(AppointmentCompleted.selector, patient, provider, id, COMPLETED);
    }

    /// @inheritdoc IAppointmentChanges
    function missAppointment(address patient, address provider, bytes32 id) external {
        _closeAppointment(AppointmentMissed.selector, patient, provider, id, MISSED);
    }

    // ---------------------------------------------------------------- private

    function _rescheduleAppointment(address account, IAppointments.Booking memory booking) private {
        Appointment storage kept = _appointmentAt(booking.patient, booking.provider, booking.id);
        AppointmentRecord before = kept.record;
        AppointmentRecord record = _ask(account, booking, before.version() + 1);
        _release(booking.provider, before);
        kept.record = record;
        _recordAsked(AppointmentRescheduled.selector, account, booking, record);
    }

    function _cancelAppointment(address account, address patient, address provider, bytes32 id) private {
        if (account != patient && account != provider) revert IAppointments.NotParty();
        Appointment storage kept = _appointmentAt(patient, provider, id);
        AppointmentRecord before = kept.record;
        _release(provider, before);
        AppointmentRecord record = before.moved(CANCELLED, block.timestamp);
        kept.record = record;
        _record(AppointmentCancelled.selector, account, patient, wordOf(provider), id, record.word());
    }

    /// @dev Ends a confirmed appointment that has begun; its time stays booked, since it was used or held.
    function _closeAppointment(bytes32 selector, address patient, address provider, bytes32 id, uint8 status) private {
        if (msg.sender != provider) revert IAppointments.NotParty();
        Appointment storage kept = _appointmentAt(patient, provider, id);
        AppointmentRecord before = kept.record;
        if (before.status() != CONFIRMED) revert IAppointments.WrongState(before.status());
        if (block.timestamp < before.startsAt()) revert IAppointments.BadTime();
        AppointmentRecord record = before.moved(status, block.timestamp);
        kept.record = record;
        _record(selector, provider, patient, wordOf(provider), id, record.word());
    }

    /// @dev Frees what a live appointment holds: all its quarter-hours if it was confirmed, nothing if only requested.
    function _release(address provider, AppointmentRecord record) private {
        uint8 status = record.status();
        if (status != REQUESTED && status != CONFIRMED) revert IAppointments.WrongState(status);
        if (status == REQUESTED) return;
        uint192 held = quarters(record.slot(), record.length());
        _releaseDay(provider, record.day(), uint96(held));
        uint96 pastMidnight = uint96(held >> SLOTS_PER_DAY);
        if (pastMidnight != 0) _releaseDay(provider, record.day() + 1, pastMidnight);
    }

    function _releaseDay(address provider, uint32 day, uint96 held) private {
        Calendar storage page = _days[provider][day];
        page.day = page.day.withReleased(held);
    }
}
