// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRecords} from "../interfaces/IRecords.sol";
import {unclaimed} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {DocumentRecord, LIVE, newDocument} from "../types/DocumentRecord.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev How a version of a document is anchored, alone or among many.
abstract contract RecordsBase is LedgerState {
    function _anchor(address subject, bytes32 document, bytes32 manifest, uint32 version) internal {
        DocumentRecord record = _putVersion(subject, subject, document, version);
        _record(subject, 3, unclaimed(IRecords.Anchored.selector, wordOf(subject), document, manifest, record.word()));
    }

    function _putVersion(address author, address subject, bytes32 document, uint32 version)
        internal
        returns (DocumentRecord record)
    {
        Document storage kept = _documents[subject][document];
        DocumentRecord before = kept.record;
        if (before.version() != 0) {
            if (before.status() != LIVE) revert IRecords.DocumentEnded();
            if (before.author() != author) revert IRecords.NotAuthor();
        }
        uint256 next;
        unchecked {
            next = uint256(before.version()) + 1; // after the top none follows: no `version` is 2^32
        }
        if (version != next) revert IRecords.WrongVersion(uint32(next));
        record = newDocument(version, author, block.timestamp);
        kept.record = record;
    }
}
