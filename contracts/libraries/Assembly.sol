// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Everything that is written in assembly, and nothing else: each function is the same as the plain statement that its
// comment names, for less gas, and the tests hold it equal to that.

import {IConsents} from "../interfaces/IConsents.sol";
import {CONTRIBUTE, Consent, READ} from "../types/ConsentRecord.sol";
import {Stamp, stampNow} from "../types/Stamp.sol";

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

/// @dev Where the consent of this key is kept. The key, which is the hash of three words, is itself its place:
/// Solidity's own places are small numbers and hashes of two words. For the same reason no key is ever taken from a
/// caller: it is hashed from the three words (keyOf), or it could name any place.
function consentAt(bytes32 key) pure returns (Consent storage consent) {
    assembly ("memory-safe") {
        consent.slot := key
    }
}

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

/// @dev The same as abi.encode(a), as below: good until memory is next used.
function unclaimed(bytes32 a) pure returns (bytes memory words) {
    assembly ("memory-safe") {
        words := mload(0x40)
        mstore(words, 0x20)
        mstore(add(words, 0x20), a)
    }
}

/// @dev The same as abi.encode(a, b, c, d, e), at the end of memory and without claiming it: good until memory is next
/// used, which is all that the log of an act needs, and a hundred gas less.
function unclaimed(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e) pure returns (bytes memory words) {
    assembly ("memory-safe") {
        words := mload(0x40)
        mstore(words, 0xa0)
        mstore(add(words, 0x20), a)
        mstore(add(words, 0x40), b)
        mstore(add(words, 0x60), c)
        mstore(add(words, 0x80), d)
        mstore(add(words, 0xa0), e)
    }
}

/// @dev The same with six words.
function unclaimed(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e, bytes32 f) pure returns (bytes memory words) {
    words = unclaimed(a, b, c, d, e);
    assembly ("memory-safe") {
        mstore(words, 0xc0)
        mstore(add(words, 0xc0), f)
    }
}

/// @dev The same with seven words.
function unclaimed(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e, bytes32 f, bytes32 g)
    pure
    returns (bytes memory words)
{
    words = unclaimed(a, b, c, d, e, f);
    assembly ("memory-safe") {
        mstore(words, 0xe0)
        mstore(add(words, 0xe0), g)
    }
}

/// @dev The same as keccak256(abi.encodePacked(words)), without copying them.
function hashOf(bytes32[] memory words) pure returns (bytes32 hash) {
    assembly ("memory-safe") {
        hash := keccak256(add(words, 0x20), shl(5, mload(words)))
    }
}

/// @dev Logs an act now, as the next of a chain of heads. The same as `head = keccak256(bytes.concat(previous, act, stamp))`
/// and then an `emit` of the act with stamp and head, without encoding all words a second time.
/// @param topics How many of the act's words are topics: 2 to 4. The others are its data.
function logAct(bytes32 previous, uint256 topics, bytes memory act) returns (bytes32 head) {
    Stamp stamp = stampNow();
    assembly ("memory-safe") {
        // In place: previous head (where the length was) | act = topics, data | stamp | new head
        let length := mload(act)
        let first := add(act, 0x20)
        let end := add(first, length)
        mstore(act, previous)
        mstore(end, stamp)
        head := keccak256(act, add(length, 0x40))
        mstore(add(end, 0x20), head)

        let skipped := shl(5, topics)
        let data := add(first, skipped)
        let size := sub(add(length, 0x40), skipped)
        switch topics
        case 2 { log2(data, size, mload(first), mload(add(first, 0x20))) }
        case 3 { log3(data, size, mload(first), mload(add(first, 0x20)), mload(add(first, 0x40))) }
        default {
            log4(data, size, mload(first), mload(add(first, 0x20)), mload(add(first, 0x40)), mload(add(first, 0x60)))
        }
    }
}
