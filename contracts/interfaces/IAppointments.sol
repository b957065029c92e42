// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AppointmentRecord} from "../types/AppointmentRecord.sol";
import {Stamp} from "../types/Stamp.sol";

/// Days are UTC days since 1970; a slot is a quarter of an hour, 0..95; an appointment may run past midnight into the next day.
interface IAppointments {
    event AvailabilityPublished(address indexed provider, uint32 day, uint96 open, Stamp stamp, bytes32 head);
    /// account = who acted (its head advances); patient and provider name the appointment together with id.
    event AppointmentRequested(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, bytes32 details, Stamp stamp, bytes32 head);
    event AppointmentConfirmed(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, Stamp stamp, bytes32 head);
    event AppointmentRescheduled(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, bytes32 details, Stamp stamp, bytes32 head);
    event AppointmentCancelled(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, Stamp stamp, bytes32 head);
    event AppointmentCompleted(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, Stamp stamp, bytes32 head);
    event AppointmentMissed(address indexed account, address indexed patient, address indexed provider, bytes32 id, AppointmentRecord record, Stamp stamp, bytes32 head);

    error NotParty();
    error WrongState(uint8 status);
    error NotOpen(); // the provider has not opened those quarter-hours
    error AlreadyBooked();
    error BadTime();

    struct Booking { address patient; address provider; bytes32 id; uint32 day; uint8 slot; uint8 length; bytes32 details; }

    function publishAvailability(uint32 day, uint96 open) external; // sender: provider; never closes what is booked
    function publishAvailabilitySigned(address provider, uint32 day, uint96 open, uint40 deadline, bytes calldata signature) external;
    function requestAppointment(Booking calldata booking) external; // sender: patient or provider; holds nothing
    function requestAppointmentSigned(address account, Booking calldata booking, uint40 deadline, bytes calldata signature) external;
    function confirmAppointment(address patient, address provider, bytes32 id) external; // sender: the other one
    function confirmAppointmentSigned(address account, address patient, address provider, bytes32 id, uint40 deadline, bytes calldata signature) external;
    function rescheduleAppointment(Booking calldata booking) external; // either; frees the old time and asks the other for the new one
    function rescheduleAppointmentSigned(address account, Booking calldata booking, uint40 deadline, bytes calldata signature) external;
    function cancelAppointment(address patient, address provider, bytes32 id) external; // either
    function cancelAppointmentSigned(address account, address patient, address provider, bytes32 id, bytes calldata signature) external;
    function completeAppointment(address patient, address provider, bytes32 id) external; // provider, once it began
    function missAppointment(address patient, address provider, bytes32 id) external; // provider, once it began: the patient did not come
    function dayOf(address provider, uint32 day) external view returns (uint96 open, uint96 booked);
    function appointmentOf(address patient, address provider, bytes32 id) external view returns (AppointmentRecord);
}
