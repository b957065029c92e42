// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../interfaces/IAppointments.sol";
import {keyOf} from "../libraries/RecordKey.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {wordOf} from "../libraries/Word.sol";
import {
    AppointmentRecord,
    BY_PATIENT,
    BY_PROVIDER,
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    MISSED,
    REQUESTED,
    SLOTS_PER_DAY,
    newAppointment,
    quarters
} from "../types/AppointmentRecord.sol";
import {Day} from "../types/Day.sol";
import {AppointmentsBase} from "./AppointmentsBase.sol";

/// @dev The booked bits of a provider's days are exactly the quarter-hours of the appointments that are confirmed,
/// completed or missed: set when one is confirmed, cleared when a confirmed one is cancelled or rescheduled.
abstract contract Appointments is IAppointments, AppointmentsBase {
    // ----------------------------------------------------------- availability

    /// @inheritdoc IAppointments
    function publishAvailability(uint32 day, uint96 open) external {
        _publishAvailability(msg.sender, day, open);
    }

    /// @inheritdoc IAppointments
    function publishAvailabilitySigned(
        address provider,
        uint32 day,
        uint96 open,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSignedCallOnce(Typehash.AVAILABILITY, 3, provider, deadline, signature);
        _publishAvailability(provider, day, open);
    }

    // ---------------------------------------------------------------- booking

    /// @inheritdoc IAppointments
    function requestAppointment(Booking memory booking) external {
        _requestAppointment(msg.sender, booking);
    }

    /// @inheritdoc IAppointments
    function requestAppointmentSigned(
        address account,
        Booking memory booking,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSignedCall(Typehash.REQUEST_APPOINTMENT, 8, account, deadline, signature);
        _requestAppointment(account, booking);
    }

    /// @inheritdoc IAppointments
    function confirmAppointment(address patient, address provider, bytes32 id) external {
        _confirmAppointment(msg.sender, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function confirmAppointmentSigned(
        address account,
        address patient,
        address provider,
        bytes32 id,
        uint40 deadline,
        bytes calldata signature
    ) external {
        uint32 version = appointmentOf(patient, provider, id).version();
        _requireSignedCall(Typehash.CONFIRM_APPOINTMENT, 4, version, account, deadline, signature);
        _confirmAppointment(account, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function rescheduleAppointment(Booking memory booking) external {
        _rescheduleAppointment(msg.sender, booking);
    }

    /// @inheritdoc IAppointments
    function rescheduleAppointmentSigned(
        address account,
        Booking memory booking,
        uint40 deadline,
        bytes calldata signature
    ) external {
        uint32 version = appointmentOf(booking.patient, booking.provider, booking.id).version();
        _requireSignedCall(Typehash.RESCHEDULE_APPOINTMENT, 8, version, account, deadline, signature);
        _rescheduleAppointment(account, booking);
    }

    /// @inheritdoc IAppointments
    function cancelAppointment(address patient, address provider, bytes32 id) external {
        _cancelAppointment(msg.sender, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function cancelAppointmentSigned(
        address account,
        address patient,
        address provider,
        bytes32 id,
        bytes calldata signature
    ) external {
        uint32 version = appointmentOf(patient, provider, id).version();
        _requireSigned(account, _actOfCall(Typehash.CANCEL_APPOINTMENT, 4, version), signature);
        _cancelAppointment(account, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function completeAppointment(address patient, address provider, bytes32 id) external {
        _closeAppointment(AppointmentCompleted.selector, patient, provider, id, COMPLETED);
    }

    /// @inheritdoc IAppointments
    function missAppointment(address patient, address provider, bytes32 id) external {
        _closeAppointment(AppointmentMissed.selector, patient, provider, id, MISSED);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IAppointments
    function dayOf(address provider, uint32 day) external view returns (uint96 open, uint96 booked) {
        Day present = _days[provider][day].day;
        return (present.open(), present.booked());
    }

    /// @inheritdoc IAppointments
    function appointmentOf(address patient, address provider, bytes32 id) public view returns (AppointmentRecord) {
        return _appointments[keyOf(patient, provider, id)].record;
    }

    // ---------------------------------------------------------------- private

    function _requestAppointment(address account, Booking memory booking) private {
        if (booking.patient == address(0) || booking.provider == address(0) || booking.patient == booking.provider) {
            revert BadAddress();
        }
        Appointment storage kept = _appointments[keyOf(booking.patient, booking.provider, booking.id)];
        AppointmentRecord before = kept.record;
        if (before.status() != 0) revert WrongState(before.status());
        AppointmentRecord record = _ask(account, booking, 1);
        kept.record = record;
        _recordAsked(AppointmentRequested.selector, account, booking, record);
    }

    function _confirmAppointment(address account, address patient, address provider, bytes32 id) private {
        Appointment storage kept = _appointments[keyOf(patient, provider, id)];
        AppointmentRecord before = kept.record;
        (address asker, address other) = before.askedBy() == BY_PATIENT ? (patient, provider) : (provider, patient);
        if (account != other) revert NotParty();
        if (before.status() != REQUESTED) revert WrongState(before.status());
        if (before.startsAt() <= block.timestamp) revert BadTime();
        _book(provider, before);
        AppointmentRecord record = before.moved(CONFIRMED, block.timestamp);
        kept.record = record;
        _record(account, 3, abi.encode(AppointmentConfirmed.selector, account, asker, id, record));
    }

    function _rescheduleAppointment(address account, Booking memory booking) private {
        Appointment storage kept = _appointments[keyOf(booking.patient, booking.provider, booking.id)];
        AppointmentRecord before = kept.record;
        AppointmentRecord record = _ask(account, booking, before.version() + 1);
        _release(booking.provider, before);
        kept.record = record;
        _recordAsked(AppointmentRescheduled.selector, account, booking, record);
    }

    function _cancelAppointment(address account, address patient, address provider, bytes32 id) private {
        if (account != patient && account != provider) revert NotParty();
        Appointment storage kept = _appointments[keyOf(patient, provider, id)];
        AppointmentRecord before = kept.record;
        _release(provider, before);
        AppointmentRecord record = before.moved(CANCELLED, block.timestamp);
        kept.record = record;
        _record(AppointmentCancelled.selector, account, patient, wordOf(provider), id, record.word());
    }

    /// @dev Ends a confirmed appointment that has begun; its time stays booked, since it was used or held.
    function _closeAppointment(bytes32 selector, address patient, address provider, bytes32 id, uint8 status) private {
        if (msg.sender != provider) revert NotParty();
        Appointment storage kept = _appointments[keyOf(patient, provider, id)];
        AppointmentRecord before = kept.record;
        if (before.status() != CONFIRMED) revert WrongState(before.status());
        if (block.timestamp < before.startsAt()) revert BadTime();
        AppointmentRecord record = before.moved(status, block.timestamp);
        kept.record = record;
        _record(selector, provider, patient, wordOf(provider), id, record.word());
    }

    function _recordAsked(bytes32 selector, address account, Booking memory booking, AppointmentRecord record) private {
        bytes32 provider = wordOf(booking.provider);
        _record(selector, account, booking.patient, provider, booking.id, record.word(), booking.details);
    }

    /// @dev The record of `account` asking the other one for the time in `booking`, which must be to come.
    function _ask(address account, Booking memory booking, uint32 version)
        private
        view
        returns (AppointmentRecord record)
    {
        if (account != booking.patient && account != booking.provider) revert NotParty();
        if (booking.slot >= SLOTS_PER_DAY || booking.length == 0 || booking.length > SLOTS_PER_DAY) revert BadTime();
        uint8 askedBy = account == booking.patient ? BY_PATIENT : BY_PROVIDER;
        record = newAppointment(
            askedBy, booking.day, booking.slot, booking.length, version, block.timestamp
        );
        if (record.startsAt() <= block.timestamp) revert BadTime();
    }

    /// @dev Books all quarter-hours of an appointment, on its day and, past midnight, on the next; or reverts.
    function _book(address provider, AppointmentRecord record) private {
        uint192 wanted = quarters(record.slot(), record.length());
        _bookDay(provider, record.day(), uint96(wanted));
        uint96 pastMidnight = uint96(wanted >> SLOTS_PER_DAY);
        if (pastMidnight != 0) _bookDay(provider, record.day() + 1, pastMidnight);
    }

    function _bookDay(address provider, uint32 day, uint96 wanted) private {
        Calendar storage page = _days[provider][day];
        Day present = page.day;
        if (present.booked() & wanted != 0) revert AlreadyBooked();
        if (~present.open() & wanted != 0) revert NotOpen();
        page.day = present.withBooked(wanted);
    }

    /// @dev Frees what a live appointment holds: all its quarter-hours if it was confirmed, nothing if only requested.
    function _release(address provider, AppointmentRecord record) private {
        uint8 status = record.status();
        if (status != REQUESTED && status != CONFIRMED) revert WrongState(status);
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
