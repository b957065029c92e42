// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {AppointmentRecord} from "../types/AppointmentRecord.sol";
import {Day} from "../types/Day.sol";
import {DocumentRecord} from "../types/DocumentRecord.sol";
import {History} from "./History.sol";
import {SignedActs} from "./SignedActs.sol";

/// @dev All that the ledger keeps, in one place and one order: the ledger and its extension both begin with it, so that
/// the two pieces of code see the same storage. No other module declares a variable. Each record stands in a struct of
/// its own, so that its place is computed once for reading and writing.
abstract contract LedgerState is History, SignedActs {
    struct Document {
        DocumentRecord record;
    }

    struct Calendar {
        Day day;
    }

    struct Appointment {
        AppointmentRecord record;
    }

    struct Anchors {
        bytes32 lastRoot;
        uint64 anchored; // how many receipts, and so the number of the last one
    }

    /// @dev Where credentials and memberships are looked up. Each piece of code has it written in.
    IProviderRegistry internal immutable _registry;

    mapping(address account => bytes32) internal _encryptionKeys;
    mapping(address subject => mapping(bytes32 document => Document)) internal _documents;
    mapping(address provider => mapping(uint32 day => Calendar)) internal _days;

    /// @dev By keccak256(abi.encode(patient, provider, id)).
    mapping(bytes32 key => Appointment) internal _appointments;
    mapping(address gateway => Anchors) internal _anchors;

    constructor(IProviderRegistry registry) {
        _registry = registry;
    }
}
