// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../interfaces/IAppointments.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev How a day is opened, alone or among many.
abstract contract AppointmentsBase is LedgerState {
    function _publishAvailability(address provider, uint32 day, uint96 open) internal {
        Calendar storage page = _days[provider][day];
        page.day = page.day.reopened(open);
        _record(provider, 2, abi.encode(IAppointments.AvailabilityPublished.selector, provider, day, open));
    }
}
