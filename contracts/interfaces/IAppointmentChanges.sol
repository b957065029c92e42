// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AppointmentRecord} from "../types/AppointmentRecord.sol";
import {Stamp} from "../types/Stamp.sol";
import {IAppointments} from "./IAppointments.sol";

/// @title What becomes of appointments
/// @notice An appointment that was asked for can be moved or called off by either; one that was confirmed takes place, or
/// is missed. Terms and errors are those of IAppointments.
interface IAppointmentChanges {
    /// @notice `account` freed the old time and asks the other for this one.
    event AppointmentRescheduled(
        address indexed account,
        address indexed patient,
        address indexed provider,
        bytes32 id,
        AppointmentRecord record,
        bytes32 details,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `account` cancelled: the time is free.
    event AppointmentCancelled(
        address indexed account,
        address indexed patient,
        address indexed provider,
        bytes32 id,
        AppointmentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The provider says that it took place.
    event AppointmentCompleted(
        address indexed account,
        address indexed patient,
        address indexed provider,
        bytes32 id,
        AppointmentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The provider says that the patient did not come.
    event AppointmentMissed(
        address indexed account,
        address indexed patient,
        address indexed provider,
        bytes32 id,
        AppointmentRecord record,
        Stamp stamp,
        bytes32 head
    );

    /// @notice Frees the old time, if it was booked, and asks the other for a new one. The sender is either.
    function rescheduleAppointment(IAppointments.Booking calldata booking) external;

    /// @notice The signed twin: RescheduleAppointment(account, patient, provider, id, day, slot, length, details, version,
    /// generation, deadline).
    function rescheduleAppointmentSigned(
        address account,
        IAppointments.Booking calldata booking,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Calls off what was requested or confirmed. The sender is either.
    function cancelAppointment(address patient, address provider, bytes32 id) external;

    /// @notice The signed twin: CancelAppointment(account, patient, provider, id, version).
    function cancelAppointmentSigned(
        address account,
        address patient,
        address provider,
        bytes32 id,
        bytes calldata signature
    ) external;

    /// @notice Says that a confirmed appointment took place. The sender is the provider, once it has begun.
    function completeAppointment(address patient, address provider, bytes32 id) external;

    /// @notice Says that the patient did not come. The sender is the provider, once it has begun.
    function missAppointment(address patient, address provider, bytes32 id) external;
}
