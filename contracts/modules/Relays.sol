// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRelays} from "../interfaces/IRelays.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev The ledger calls itself, and nobody else, for the sender.
abstract contract Relays is IRelays, LedgerState {
    /// @dev What may be used between looking at the gas that is left and the call itself.
    uint256 private constant MARGIN = 1_000;

    /// @inheritdoc IRelays
    function relayEach(bytes[] calldata acts, uint256 gasEach) external returns (bytes4[] memory refusals) {
        _requireSome(acts.length);
        refusals = new bytes4[](acts.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            bytes memory act = acts[i];
            // A call can be given 63/64 of what is left (EIP-150), and would silently get less than it was to get.
            if (gasleft() * 63 / 64 < gasEach + MARGIN) revert NotEnoughGas();
            (bool done, bytes memory answer) = address(this).delegatecall{gas: gasEach}(act);
            if (!done) refusals[i] = answer.length < 4 ? bytes4(0xffffffff) : bytes4(answer);
        }
    }
}
