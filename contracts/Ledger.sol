// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILedger} from "./interfaces/ILedger.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {Appointments} from "./modules/Appointments.sol";
import {Consents} from "./modules/Consents.sol";
import {Keys} from "./modules/Keys.sol";
import {Receipts} from "./modules/Receipts.sol";
import {Records} from "./modules/Records.sol";

/// @dev One contract, so that each account has one head and "complete" is one number. No owner, no pause, no proxy, no
/// payable function.
contract Ledger is ILedger, Keys, Records, Appointments, Receipts {
    constructor(IProviderRegistry registry) Consents(registry) {}
}
