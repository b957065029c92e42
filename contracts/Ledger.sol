// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {LedgerExtension} from "./LedgerExtension.sol";
import {Appointments} from "./modules/Appointments.sol";
import {Batches} from "./modules/Batches.sol";
import {LedgerState} from "./modules/LedgerState.sol";
import {Records} from "./modules/Records.sol";
import {Requests} from "./modules/Requests.sol";

/// @title Placet's ledger: ILedger is its whole face
/// @dev One address and one storage, so that each account has one head and "complete" is one number. No owner, no pause,
/// nothing that could be changed, no payable function. Its code is more than one contract may have, so the rarer acts are
/// in a second one, which this one deploys itself, for good, and to which it hands every call that it does not know:
/// docs/decisions/0031.
contract Ledger is Requests, Records, Batches, Appointments {
    /// @notice Where the code of the rarer acts is. It works on this contract's storage, and keeps nothing itself.
    LedgerExtension public immutable extension;

    constructor(IProviderRegistry registry) LedgerState(registry) {
        extension = new LedgerExtension(registry);
    }

    /// @notice Carries out an act of the extension, as this contract.
    fallback(bytes calldata act) external returns (bytes memory) {
        return Address.functionDelegateCall(address(extension), act);
    }
}
