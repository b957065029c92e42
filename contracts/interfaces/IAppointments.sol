// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AppointmentRecord} from "../types/AppointmentRecord.sol";
import {Stamp} from "../types/Stamp.sol";

/// @title Appointments without double booking
/// @notice A provider's day is two rows of 96 quarter-hours, open and booked. A request holds nothing; confirming sets
/// the booked bits at once, so the ledger itself refuses two bookings of one piece.
/// @dev Days are UTC days since 1970-01-01, without leap seconds; a slot is a quarter of an hour, 0 to 95; an appointment
/// may run past midnight into the next day. Showing local time is the app's task. An appointment is known by patient,
/// provider and an id that is used once. Booked are exactly the quarter-hours of the appointments that are confirmed,
/// completed or missed; those of cancelled and rescheduled ones are free again.
interface IAppointments {
    /// @notice The provider opened these quarter-hours of the day and no others.
    event AvailabilityPublished(
        address indexed provider, uint32 day, uint96 open, Stamp stamp, bytes32 head
    );
    /// @notice `account` (patient or provider) asks the other for this time.
    /// @param details Digest of the envelope with reason and details, which only the two can read.
    event AppointmentRequested(
        address indexed account,
        address indexed patient,
        address indexed provider,
        bytes32 id,
        AppointmentRecord record,
        bytes32 details,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `account` agreed to what `other` asked for: the time is booked. Who asked, patient or provider, says the
    /// record, and so who is which.
    event AppointmentConfirmed(
        address indexed account,
        address indexed other,
        bytes32 id,
        AppointmentRecord record,
        Stamp stamp,
        bytes32 head
    );

    /// @notice The account is not the one of the two who may do this.
    error NotParty();
    /// @notice The appointment is in a state that does not permit it.
    error WrongState(uint8 status);
    /// @notice The provider has not opened all of those quarter-hours.
    error NotOpen();
    /// @notice Some of those quarter-hours are booked.
    error AlreadyBooked();
    /// @notice No such slot or length, a time that has begun, or one that has not begun yet.
    error BadTime();

    /// @notice An appointment asked for.
    /// @param id Random, used once between these two.
    /// @param day UTC day since 1970-01-01.
    /// @param slot First quarter of an hour, 0 to 95.
    /// @param length Quarters of an hour, 1 to 96.
    /// @param details Digest of the envelope with reason and details.
    struct Booking {
        address patient;
        address provider;
        bytes32 id;
        uint32 day;
        uint8 slot;
        uint8 length;
        bytes32 details;
    }

    /// @notice Opens these quarter-hours of the sender's day and closes all others. What is booked stays booked.
    /// @param open Bit i is the quarter of an hour i.
    function publishAvailability(uint32 day, uint96 open) external;

    /// @notice The signed twin: Availability(provider, day, open, generation, deadline).
    /// @param deadline Later than `dayTurnOf(provider, day)`, so that no earlier hours are sent after later ones.
    function publishAvailabilitySigned(
        address provider,
        uint32 day,
        uint96 open,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Asks for a time to come, and holds nothing. The sender is the patient or the provider.
    function requestAppointment(Booking calldata booking) external;

    /// @notice The signed twin: RequestAppointment(account, patient, provider, id, day, slot, length, details, generation,
    /// deadline).
    function requestAppointmentSigned(
        address account,
        Booking calldata booking,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Agrees to a time to come, and books it. The sender is the one who did not ask.
    function confirmAppointment(address patient, address provider, bytes32 id) external;

    /// @notice The signed twin: ConfirmAppointment(account, patient, provider, id, version, generation, deadline).
    function confirmAppointmentSigned(
        address account,
        address patient,
        address provider,
        bytes32 id,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice A provider's day.
    /// @return open The quarter-hours that the provider opened.
    /// @return booked The quarter-hours that are booked, whether still open or not.
    function dayOf(address provider, uint32 day) external view returns (uint96 open, uint96 booked);

    /// @notice The record of an appointment: zero when there is none.
    function appointmentOf(address patient, address provider, bytes32 id)
        external
        view
        returns (AppointmentRecord);
}
