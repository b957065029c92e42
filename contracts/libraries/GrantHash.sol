// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {CONTRIBUTE, READ} from "../types/ConsentRecord.sol";

/// @dev The struct hash of an act that grants: fields of its own, and then those of Grant(...), which are scope, subject,
/// grantee, mayRead, mayAdd, ops, from, until, capsule, version, generation, deadline. The same as
/// `keccak256(bytes.concat(own, abi.encode(scope, subject, grantee, ops & READ != 0, ops & CONTRIBUTE != 0, ops, notBefore,
/// expiresAt, capsule, version, generation, deadline)))`, without claiming memory, and copying as one what stands in the
/// same order in `terms`.
/// @param own The type's hash and the fields that come before, encoded just now: what follows it in memory is free.
function hashOfGrant(bytes memory own, IConsents.Grant memory terms, uint32 version, uint64 generation)
    pure
    returns (bytes32 act)
{
    bool mayRead = terms.ops & READ != 0;
    bool mayAdd = terms.ops & CONTRIBUTE != 0;
    assembly ("memory-safe") {
        let first := add(own, 0x20)
        let fields := add(first, mload(own))
        mstore(fields, mload(add(terms, 0x40))) // scope
        mcopy(add(fields, 0x20), terms, 0x40) // subject, grantee
        mstore(add(fields, 0x60), mayRead)
        mstore(add(fields, 0x80), mayAdd)
        mcopy(add(fields, 0xa0), add(terms, 0x60), 0x80) // ops, notBefore, expiresAt, capsule
        mstore(add(fields, 0x120), and(version, 0xffffffff))
        mstore(add(fields, 0x140), and(generation, 0xffffffffffffffff))
        mstore(add(fields, 0x160), mload(add(terms, 0xe0))) // deadline
        act := keccak256(first, sub(add(fields, 0x180), first))
    }
}
