// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../interfaces/IAppointments.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {unclaimed} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {AppointmentRecord, BY_PATIENT, CONFIRMED, REQUESTED, SLOTS_PER_DAY, quarters} from "../types/AppointmentRecord.sol";
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
        _requireSignedCall(Typehash.AVAILABILITY, 3, provider, deadline, signature);
        _publishAvailability(provider, day, open, deadline);
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

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IAppointments
    function dayOf(address provider, uint32 day) external view returns (uint96 open, uint96 booked) {
        Day present = _days[provider][day].day;
        return (present.open(), present.booked());
    }

    /// @inheritdoc IAppointments
    function appointmentOf(address patient, address provider, bytes32 id) public view returns (AppointmentRecord) {
        return _appointmentAt(patient, provider, id).record;
    }

    // ---------------------------------------------------------------- private

    function _requestAppointment(address account, Booking memory booking) private {
        if (booking.patient == address(0) || booking.provider == address(0) || booking.patient == booking.provider) {
            revert BadAddress();
        }
        Appointment storage kept = _appointmentAt(booking.patient, booking.provider, booking.id);
        AppointmentRecord before = kept.record;
        if (before.status() != 0) revert WrongState(before.status());
        AppointmentRecord record = _ask(account, booking, 1);
        kept.record = record;
        _recordAsked(AppointmentRequested.selector, account, booking, record);
    }

    function _confirmAppointment(address account, address patient, address provider, bytes32 id) private {
        Appointment storage kept = _appointmentAt(patient, provider, id);
        AppointmentRecord before = kept.record;
        (address asker, address other) = before.askedBy() == BY_PATIENT ? (patient, provider) : (provider, patient);
        if (account != other) revert NotParty();
        if (before.status() != REQUESTED) revert WrongState(before.status());
        if (before.startsAt() <= block.timestamp) revert BadTime();
        _book(provider, before);
        AppointmentRecord record = before.moved(CONFIRMED, block.timestamp);
        kept.record = record;
        _record(account, 3, unclaimed(AppointmentConfirmed.selector, wordOf(account), wordOf(asker), id, record.word()));
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
}
