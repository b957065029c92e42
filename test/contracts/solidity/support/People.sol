// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @dev Who takes part in the Solidity tests, by private key. A person's address is that of the key.
uint256 constant ANA = 0xa11a; // patient
uint256 constant BEN = 0xbe11; // patient
uint256 constant ANA_VAULT = 0xa11af;
uint256 constant BEN_VAULT = 0xbe11f;
uint256 constant NEW_VAULT = 0xaef;
uint256 constant LENA = 0x1e11a; // verified doctor
uint256 constant CLINIC = 0xc111c; // verified organisation
uint256 constant PAUL = 0x9a71; // made a proxy
uint256 constant MAYA = 0x3a7a; // doctor, not verified
uint256 constant NORA = 0x10aa; // nurse of the clinic
uint256 constant CARL = 0xca21; // clerk of the clinic
uint256 constant STRANGER = 0x57a;
uint256 constant RELAYER = 0x2e1a;

/// @dev Signs with a person's key, as wallets do.
function signWith(uint256 key, bytes32 digest) pure returns (bytes memory) {
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
    return abi.encodePacked(r, s, v);
}

function who(uint256 key) pure returns (address) {
    return vm.addr(key);
}
