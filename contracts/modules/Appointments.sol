// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../interfaces/IAppointments.sol";
import {keyOf} from "../libraries/RecordKey.sol";
import {Typehash} from "../libraries/Typehash.sol";
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
import {History} from "./History.sol";
import {SignedActs} from "./SignedActs.sol";

/// @dev The booked bits of a provider's days are exactly the quarter-hours of the appointments that are confirmed,
/// completed or missed: set when one is confirmed, cleared when a confirmed one is cancelled or rescheduled.
abstract contract Appointments is IAppointments, History, SignedActs {
    mapping(address provider => mapping(uint32 day => Day)) private _days;

    /// @dev By keccak256(abi.encode(patient, provider, id)).
    mapping(bytes32 key => AppointmentRecord) private _appointments;

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
        bytes32 act =
            keccak256(abi.encode(Typehash.AVAILABILITY, provider, day, open, generationOf(provider), deadline));
        _requireSignedOnce(provider, act, deadline, signature);
        _publishAvailability(provider, day, open);
    }

    // ---------------------------------------------------------------- booking

    /// @inheritdoc IAppointments
    function requestAppointment(Booking calldata booking) external {
        _requestAppointment(msg.sender, booking);
    }

    /// @inheritdoc IAppointments
    function requestAppointmentSigned(
        address account,
        Booking calldata booking,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        bytes32 act = keccak256(
            abi.encode(Typehash.REQUEST_APPOINTMENT, account, booking, generationOf(account), deadline)
        );
        _requireSigned(account, act, signature);
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
        _requireInTime(deadline);
        uint32 version = appointmentOf(patient, provider, id).version();
        bytes32 act = keccak256(
            abi.encode(
                Typehash.CONFIRM_APPOINTMENT, account, patient, provider, id, version, generationOf(account), deadline
            )
        );
        _requireSigned(account, act, signature);
        _confirmAppointment(account, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function rescheduleAppointment(Booking calldata booking) external {
        _rescheduleAppointment(msg.sender, booking);
    }

    /// @inheritdoc IAppointments
    function rescheduleAppointmentSigned(
        address account,
        Booking calldata booking,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        uint32 version = appointmentOf(booking.patient, booking.provider, booking.id).version();
        bytes32 act = keccak256(
            abi.encode(
                Typehash.RESCHEDULE_APPOINTMENT, account, booking, version, generationOf(account), deadline
            )
        );
        _requireSigned(account, act, signature);
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
        bytes32 act =
            keccak256(abi.encode(Typehash.CANCEL_APPOINTMENT, account, patient, provider, id, version));
        _requireSigned(account, act, signature);
        _cancelAppointment(account, patient, provider, id);
    }

    /// @inheritdoc IAppointments
    function completeAppointment(address patient, address provider, bytes32 id) external {
        AppointmentRecord record = _closeAppointment(patient, provider, id, COMPLETED);
        _record(provider, 4, abi.encode(AppointmentCompleted.selector, provider, patient, provider, id, record));
    }

    /// @inheritdoc IAppointments
    function missAppointment(address patient, address provider, bytes32 id) external {
        AppointmentRecord record = _closeAppointment(patient, provider, id, MISSED);
        _record(provider, 4, abi.encode(AppointmentMissed.selector, provider, patient, provider, id, record));
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IAppointments
    function dayOf(address provider, uint32 day) external view returns (uint96 open, uint96 booked) {
        Day present = _days[provider][day];
        return (present.open(), present.booked());
    }

    /// @inheritdoc IAppointments
    function appointmentOf(address patient, address provider, bytes32 id) public view returns (AppointmentRecord) {
        return _appointments[keyOf(patient, provider, id)];
    }

    // ---------------------------------------------------------------- private

    function _publishAvailability(address provider, uint32 day, uint96 open) private {
        _days[provider][day] = _days[provider][day].reopened(open);
        _record(provider, 2, abi.encode(AvailabilityPublished.selector, provider, day, open));
    }

    function _requestAppointment(address account, Booking calldata booking) private {
        if (booking.patient == address(0) || booking.provider == address(0) || booking.patient == booking.provider) {
            revert BadAddress();
        }
        bytes32 key = keyOf(booking.patient, booking.provider, booking.id);
        AppointmentRecord before = _appointments[key];
        if (before.status() != 0) revert WrongState(before.status());
        AppointmentRecord record = _ask(account, booking, 1);
        _appointments[key] = record;
        _record(
            account,
            4,
            abi.encode(
                AppointmentRequested.selector,
                account,
                booking.patient,
                booking.provider,
                booking.id,
                record,
                booking.details
            )
        );
    }

    function _confirmAppointment(address account, address patient, address provider, bytes32 id) private {
        bytes32 key = keyOf(patient, provider, id);
        AppointmentRecord before = _appointments[key];
        if (account != (before.askedBy() == BY_PATIENT ? provider : patient)) revert NotParty();
        if (before.status() != REQUESTED) revert WrongState(before.status());
        if (before.startsAt() <= block.timestamp) revert BadTime();
        _book(provider, before);
        AppointmentRecord record = before.moved(CONFIRMED, block.timestamp);
        _appointments[key] = record;
        _record(account, 4, abi.encode(AppointmentConfirmed.selector, account, patient, provider, id, record));
    }

    function _rescheduleAppointment(address account, Booking calldata booking) private {
        bytes32 key = keyOf(booking.patient, booking.provider, booking.id);
        AppointmentRecord before = _appointments[key];
        AppointmentRecord record = _ask(account, booking, before.version() + 1);
        _release(booking.provider, before);
        _appointments[key] = record;
        _record(
            account,
            4,
            abi.encode(
                AppointmentRescheduled.selector,
                account,
                booking.patient,
                booking.provider,
                booking.id,
                record,
                booking.details
            )
        );
    }

    function _cancelAppointment(address account, address patient, address provider, bytes32 id) private {
        if (account != patient && account != provider) revert NotParty();
        bytes32 key = keyOf(patient, provider, id);
        AppointmentRecord before = _appointments[key];
        _release(provider, before);
        AppointmentRecord record = before.moved(CANCELLED, block.timestamp);
        _appointments[key] = record;
        _record(account, 4, abi.encode(AppointmentCancelled.selector, account, patient, provider, id, record));
    }

    /// @dev Ends a confirmed appointment that has begun; its time stays booked, since it was used or held.
    function _closeAppointment(address patient, address provider, bytes32 id, uint8 status)
        private
        returns (AppointmentRecord record)
    {
        if (msg.sender != provider) revert NotParty();
        bytes32 key = keyOf(patient, provider, id);
        AppointmentRecord before = _appointments[key];
        if (before.status() != CONFIRMED) revert WrongState(before.status());
        if (block.timestamp < before.startsAt()) revert BadTime();
        record = before.moved(status, block.timestamp);
        _appointments[key] = record;
    }

    /// @dev The record of `account` asking the other one for the time in `booking`, which must be to come.
    function _ask(address account, Booking calldata booking, uint32 version)
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
        Day present = _days[provider][day];
        if (present.booked() & wanted != 0) revert AlreadyBooked();
        if (~present.open() & wanted != 0) revert NotOpen();
        _days[provider][day] = present.withBooked(wanted);
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
        _days[provider][day] = _days[provider][day].withReleased(held);
    }
}
