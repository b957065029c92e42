// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimedRoles} from "solady/src/auth/TimedRoles.sol";

/// @dev OpenZeppelin's AccessControl is abstract: the smallest contract that is one.
contract RolesOfAccessControl is AccessControl {
    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }
}

/// @dev OpenZeppelin's AccessManager as it is.
contract RolesOfAccessManager is AccessManager {
    constructor() AccessManager(msg.sender) {}
}

/// @dev Solady's TimedRoles is abstract and asks the contract for its owner.
contract RolesOfTimedRoles is TimedRoles {
    address public immutable owner = msg.sender;
}
