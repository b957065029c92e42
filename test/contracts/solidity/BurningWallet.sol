// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A wallet that burns whatever gas it is given when it is asked whether it signed. Never deployed outside of tests.
contract BurningWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        while (true) {}
        return 0x1626ba7e;
    }
}
