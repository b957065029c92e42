// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Desk} from "./support/Desk.sol";

/// @dev All acts on documents and receipts, as the runner calls them.
contract DocumentActs is Desk {}

/// @dev Patients, doctors, a clinic and its members, gateways and strangers write, file, withdraw and reject in any order,
/// while consents come and go. Whether an act may pass, and every word of what is then told, is asked of the model
/// beforehand; whether the ledger kept to it is checked after each.
contract DocumentsInvariantTest {
    DocumentActs private acts;

    function setUp() public {
        acts = new DocumentActs();
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
