// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DocumentRecord} from "../types/DocumentRecord.sol";
import {Stamp} from "../types/Stamp.sol";

/// @title Documents
/// @notice The manifests of a subject's documents, by version. The ledger holds salted digests only: neither what a
/// document is nor which category it belongs to.
/// @dev Version 1 anchors a new document, n + 1 supersedes version n; the act that ends a document lifts it once more.
/// Only the author of a document may supersede it, so that nobody puts words into another's mouth.
interface IRecords {
    /// @notice The subject anchored this version of an own document.
    event Anchored(
        address indexed subject,
        bytes32 indexed document,
        bytes32 manifest,
        DocumentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The author, who stands in the record, filed this version under the consent (subject, grantee, scope).
    event Filed(
        address indexed subject,
        bytes32 document,
        bytes32 manifest,
        address grantee,
        bytes32 scope,
        DocumentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice Withdrawn by the author or the subject: `by`.
    event Withdrawn(
        address indexed subject,
        bytes32 indexed document,
        DocumentRecord record,
        address by,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The subject rejected what somebody else had filed.
    event Rejected(
        address indexed subject, bytes32 indexed document, DocumentRecord record, Stamp stamp, bytes32 head
    );

    /// @notice The version named is not the next one.
    error WrongVersion(uint32 expected);
    /// @notice Only the author may supersede, and only author or subject may withdraw.
    error NotAuthor();
    /// @notice No consent in force lets this reader add records; or there is nothing of another's to reject.
    error NotPermitted();
    /// @notice The document is not live: it was withdrawn or rejected, or never was.
    error DocumentEnded();

    /// @notice Anchors a version of one of the sender's own documents.
    /// @param document Random id, chosen with version 1.
    /// @param manifest Digest of the manifest's block.
    /// @param version 1 for a new document, otherwise one more than the present.
    function anchor(bytes32 document, bytes32 manifest, uint32 version) external;

    /// @notice The signed twin: Anchor(subject, document, manifest, version, generation, deadline), version being the new one.
    function anchorSigned(
        address subject,
        bytes32 document,
        bytes32 manifest,
        uint32 version,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Files a document for a subject, under a consent in force with CONTRIBUTE. The sender is the grantee, or a
    /// member (doctor or nurse) of the grantee organisation.
    function fileRecord(
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 document,
        bytes32 manifest,
        uint32 version
    ) external;

    /// @notice The signed twin: File(author, subject, grantee, scope, document, manifest, version, generation, deadline),
    /// generation being the author's.
    function fileSigned(
        address author,
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 document,
        bytes32 manifest,
        uint32 version,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a document. The sender is its author or the subject; an author may do so after the consent ended,
    /// since taking back a wrong record is a duty that outlives it.
    function withdraw(address subject, bytes32 document) external;

    /// @notice The signed twin: Withdraw(account, subject, document, version), version being the present one.
    function withdrawSigned(address account, address subject, bytes32 document, bytes calldata signature) external;

    /// @notice Ends a document that somebody else filed for the sender.
    function reject(bytes32 document) external;

    /// @notice The signed twin: Reject(subject, document, version), version being the present one.
    function rejectSigned(address subject, bytes32 document, bytes calldata signature) external;

    /// @notice The record of a document: zero when there is none.
    function documentOf(address subject, bytes32 document) external view returns (DocumentRecord);
}
