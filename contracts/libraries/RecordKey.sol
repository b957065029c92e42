// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The storage key of what two parties share under an id: a consent (subject, grantee, scope) or an appointment
/// (patient, provider, id). The same as `keccak256(abi.encode(one, other, id))`, without allocating memory for it.
function keyOf(address one, address other, bytes32 id) pure returns (bytes32 key) {
    assembly ("memory-safe") {
        let free := mload(0x40)
        mstore(free, shr(96, shl(96, one)))
        mstore(add(free, 0x20), shr(96, shl(96, other)))
        mstore(add(free, 0x40), id)
        key := keccak256(free, 0x60)
    }
}
