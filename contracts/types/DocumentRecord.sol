// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {lift} from "./Version.sol";

/// @dev One document in one word.
///
///  255      240 239                     80 79       40 39      8 7      0
/// ┌────────────┬──────────────────────────┬───────────┬─────────┬────────┐
/// │ kept zero  │          author          │ changedAt │ version │ status │
/// └────────────┴──────────────────────────┴───────────┴─────────┴────────┘
///
/// author is the subject, or the provider who filed it. While the document is live, version counts its manifests from 1.
type DocumentRecord is uint256;

using {word, status, version, changedAt, author, ended} for DocumentRecord global;

uint8 constant LIVE = 1;
uint8 constant WITHDRAWN = 2;
uint8 constant REJECTED = 3;

/// @dev The record of a document whose manifest of this version is anchored now.
function newDocument(uint32 version_, address author_, uint256 now_) pure returns (DocumentRecord) {
    return DocumentRecord.wrap(
        uint256(LIVE) | (uint256(version_) << 8) | (now_ << 40) | (uint256(uint160(author_)) << 80)
    );
}

/// @dev The record as one word of an event.
function word(DocumentRecord record) pure returns (bytes32) {
    return bytes32(DocumentRecord.unwrap(record));
}

function status(DocumentRecord record) pure returns (uint8) {
    return uint8(DocumentRecord.unwrap(record));
}

function version(DocumentRecord record) pure returns (uint32) {
    return uint32(DocumentRecord.unwrap(record) >> 8);
}

function changedAt(DocumentRecord record) pure returns (uint40) {
    return uint40(DocumentRecord.unwrap(record) >> 40);
}

function author(DocumentRecord record) pure returns (address) {
    return address(uint160(DocumentRecord.unwrap(record) >> 80));
}

/// @dev The record after the act that ended it with this status.
function ended(DocumentRecord record, uint8 status_, uint256 now_) pure returns (DocumentRecord) {
    return DocumentRecord.wrap(
        uint256(status_) | (uint256(lift(record.version())) << 8) | (now_ << 40)
            | (uint256(uint160(record.author())) << 80)
    );
}
