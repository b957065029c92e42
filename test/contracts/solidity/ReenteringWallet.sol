// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A wallet that, asked whether it signed, tries to act on the ledger, and says yes to everything only if it could.
/// Never deployed outside of tests.
contract ReenteringWallet {
    bytes private _act;

    function prepare(bytes calldata act) external {
        _act = act;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool done,) = msg.sender.call(_act);
        return done ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}
