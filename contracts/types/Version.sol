// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The version of a record after an act that ends it. It stops at the top instead of failing, so that no version,
/// however it came about, keeps a record from being ended; from there no opening act is possible any more.
function lift(uint32 version_) pure returns (uint32) {
    unchecked {
        return version_ == type(uint32).max ? version_ : version_ + 1;
    }
}
