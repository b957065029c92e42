// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev An address as one word of an event.
function wordOf(address account) pure returns (bytes32) {
    return bytes32(uint256(uint160(account)));
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
