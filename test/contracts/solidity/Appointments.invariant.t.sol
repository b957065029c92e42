// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Calendars} from "./support/Calendars.sol";

/// @dev All acts on days and appointments, as the runner calls them.
contract AppointmentActs is Calendars {}

/// @dev Patients and providers open days, ask, confirm, move, cancel and close in any order, over midnight and up to the
/// last day that a number can tell. What is booked of a day is always what the appointments that hold it add up to.
contract AppointmentsInvariantTest {
    AppointmentActs private acts;

    function setUp() public {
        acts = new AppointmentActs();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(acts);
    }

    /// @dev Every act checks its own outcome; here is what holds between any two.
    function invariant_noEtherAndNoActUnaccountedFor() public view {
        require(address(acts.ledger()).balance == 0, "ether is stuck");
    }

    function afterInvariant() public {
        acts.checkAll();
    }
}
