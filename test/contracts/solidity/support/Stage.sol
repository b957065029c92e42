// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {IProviderRegistry} from "../../../../contracts/interfaces/IProviderRegistry.sol";
import {CARL, CLINIC, LENA, MAYA, NORA, who} from "./People.sol";
import {Vm, vm} from "./Vm.sol";

/// @dev The contracts as they are deployed, a registry with people in it, and the fold of everything that was logged.
abstract contract Stage {
    ILedger public ledger;
    IProviderRegistry public registry;

    uint256 internal constant START = 2_000_000_000;

    /// @dev The contract is the registrar. Lena and the clinic are verified for a year.
    function _setStage() internal {
        vm.warp(START);
        registry = IProviderRegistry(_deploy(vm.getCode("ProviderRegistry")));
        ledger = _deployLedger();
        _verify(who(LENA), 1);
        _verify(who(CLINIC), 7);
        vm.prank(who(MAYA));
        registry.applyFor(1, keccak256("licence"), 0);
        vm.prank(who(CLINIC));
        registry.addMember(who(NORA), 2);
        vm.prank(who(CLINIC));
        registry.addMember(who(CARL), 3);
    }

    /// @dev A ledger that asks this registry.
    function _deployLedger() internal returns (ILedger) {
        return ILedger(_deploy(bytes.concat(vm.getCode("Ledger"), abi.encode(registry))));
    }

    function _verify(address account, uint8 kind) internal {
        vm.prank(account);
        registry.applyFor(kind, keccak256("licence"), 0);
        registry.verify(account, kind, keccak256("licence"), uint40(START + 365 days));
    }

    function _deploy(bytes memory code) private returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "a contract cannot be deployed");
    }

    /// @dev The head after one more act: keccak256(head, topics, data without its last word), which that last word is.
    function _fold(bytes32 head, Vm.Log memory log) internal view returns (bytes32 next) {
        uint256 length = log.data.length;
        bytes memory act = bytes.concat(head, abi.encodePacked(log.topics), log.data);
        bytes32 last;
        bytes32 stamp;
        assembly ("memory-safe") {
            let end := add(add(act, 0x20), mload(act))
            last := mload(sub(end, 0x20))
            stamp := mload(sub(end, 0x40))
            mstore(act, sub(mload(act), 0x20))
        }
        next = keccak256(act);
        require(length >= 64 && last == next, "the last word of an event is the new head");
        require(uint256(stamp) == block.timestamp * 2 ** 64 + block.number, "every event tells its block");
    }
}
