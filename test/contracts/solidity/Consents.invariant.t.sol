// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Declines} from "./support/Declines.sol";

/// @dev All acts on consents and accounts, as the runner calls them.
contract ConsentActs is Declines {}

/// @dev Patients, proxies, vault accounts, grantees, relayers, clinics and strangers act in any order. Whether an act may
/// pass is asked of the model beforehand; whether the ledger kept to it is checked after each.
contract ConsentsInvariantTest {
    ConsentActs private acts;

    function setUp() public {
        acts = new ConsentActs();
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
