// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../interfaces/IAppointments.sol";
import {keyOf} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {AppointmentRecord, BY_PATIENT, BY_PROVIDER, SLOTS_PER_DAY, newAppointment} from "../types/AppointmentRecord.sol";
import {Day} from "../types/Day.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev What several acts on days and appointments share: how a day is opened, and what may be asked for.
abstract contract AppointmentsBase is LedgerState {
    /// @dev Where an appointment is kept.
    function _appointmentAt(address patient, address provider, bytes32 id) internal view returns (Appointment storage) {
        return _appointments[keyOf(patient, provider, id)];
    }

    /// @dev Sent by the provider.
    function _publishAvailability(address provider, uint32 day, uint96 open) internal {
        Calendar storage page = _days[provider][day];
        Day present = page.day;
        page.day = present.reopened(open, _turnNow(present.turn()));
        _recordAvailability(provider, day, open);
    }

    /// @dev Signed by the provider, whoever sent it.
    function _publishAvailability(address provider, uint32 day, uint96 open, uint40 deadline) internal {
        Calendar storage page = _days[provider][day];
        Day present = page.day;
        page.day = present.reopened(open, _turnAfter(present.turn(), deadline));
        _recordAvailability(provider, day, open);
    }

    function _recordAvailability(address provider, uint32 day, uint96 open) private {
        _record(provider, 2, abi.encode(IAppointments.AvailabilityPublished.selector, provider, day, open));
    }

    function _recordAsked(bytes32 selector, address account, IAppointments.Booking memory booking, AppointmentRecord record) internal {
        bytes32 provider = wordOf(booking.provider);
        _record(selector, account, booking.patient, provider, booking.id, record.word(), booking.details);
    }

    /// @dev The record of `account` asking the other one for the time in `booking`, which must be to come.
    function _ask(address account, IAppointments.Booking memory booking, uint32 version)
        internal
        view
        returns (AppointmentRecord record)
    {
        if (account != booking.patient && account != booking.provider) revert IAppointments.NotParty();
        if (booking.slot >= SLOTS_PER_DAY || booking.length == 0 || booking.length > SLOTS_PER_DAY) revert IAppointments.BadTime();
        uint8 askedBy = account == booking.patient ? BY_PATIENT : BY_PROVIDER;
        record = newAppointment(
            askedBy, booking.day, booking.slot, booking.length, version, block.timestamp
        );
        if (record.startsAt() <= block.timestamp) revert IAppointments.BadTime();
    }
}
