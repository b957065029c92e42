// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRecords} from "../interfaces/IRecords.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {CONTRIBUTE} from "../types/ConsentRecord.sol";
import {DocumentRecord, LIVE, REJECTED, WITHDRAWN, newDocument} from "../types/DocumentRecord.sol";
import {Consents} from "./Consents.sol";

/// @dev A document belongs to the history of its subject, whoever wrote it. Nobody but the subject adds to it without a
/// consent in force, and nobody but the author changes what it says.
abstract contract Records is IRecords, Consents {
    mapping(address subject => mapping(bytes32 document => DocumentRecord)) private _documents;

    /// @inheritdoc IRecords
    function anchor(bytes32 document, bytes32 manifest, uint32 version) external {
        _anchor(msg.sender, document, manifest, version);
    }

    /// @inheritdoc IRecords
    function anchorSigned(
        address subject,
        bytes32 document,
        bytes32 manifest,
        uint32 version,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        bytes32 act = keccak256(
            abi.encode(Typehash.ANCHOR, subject, document, manifest, version, generationOf(subject), deadline)
        );
        _requireSigned(subject, act, signature);
        _anchor(subject, document, manifest, version);
    }

    /// @inheritdoc IRecords
    function file(
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 document,
        bytes32 manifest,
        uint32 version
    ) external {
        _file(msg.sender, subject, grantee, scope, document, manifest, version);
    }

    /// @inheritdoc IRecords
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
    ) external {
        _requireInTime(deadline);
        bytes32 act = keccak256(
            abi.encode(
                Typehash.FILE,
                author,
                subject,
                grantee,
                scope,
                document,
                manifest,
                version,
                generationOf(author),
                deadline
            )
        );
        _requireSigned(author, act, signature);
        _file(author, subject, grantee, scope, document, manifest, version);
    }

    /// @inheritdoc IRecords
    function withdraw(address subject, bytes32 document) external {
        _withdraw(msg.sender, subject, document);
    }

    /// @inheritdoc IRecords
    function withdrawSigned(address account, address subject, bytes32 document, bytes calldata signature) external {
        uint32 version = _documents[subject][document].version();
        bytes32 act = keccak256(abi.encode(Typehash.WITHDRAW, account, subject, document, version));
        _requireSigned(account, act, signature);
        _withdraw(account, subject, document);
    }

    /// @inheritdoc IRecords
    function reject(bytes32 document) external {
        _reject(msg.sender, document);
    }

    /// @inheritdoc IRecords
    function rejectSigned(address subject, bytes32 document, bytes calldata signature) external {
        uint32 version = _documents[subject][document].version();
        _requireSigned(subject, keccak256(abi.encode(Typehash.REJECT, subject, document, version)), signature);
        _reject(subject, document);
    }

    /// @inheritdoc IRecords
    function documentOf(address subject, bytes32 document) external view returns (DocumentRecord) {
        return _documents[subject][document];
    }

    function _anchor(address subject, bytes32 document, bytes32 manifest, uint32 version) private {
        DocumentRecord record = _putVersion(subject, subject, document, version);
        _record(subject, 3, abi.encode(Anchored.selector, subject, document, manifest, record));
    }

    function _file(
        address author,
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 document,
        bytes32 manifest,
        uint32 version
    ) private {
        if (!isActive(subject, grantee, author, scope, CONTRIBUTE)) revert NotPermitted();
        DocumentRecord record = _putVersion(author, subject, document, version);
        _record(subject, 4, abi.encode(Filed.selector, subject, author, document, manifest, grantee, scope, record));
    }

    function _putVersion(address author, address subject, bytes32 document, uint32 version)
        private
        returns (DocumentRecord record)
    {
        DocumentRecord before = _documents[subject][document];
        if (before.version() != 0) {
            if (before.status() != LIVE) revert DocumentEnded();
            if (before.author() != author) revert NotAuthor();
        }
        if (version != before.version() + 1) revert WrongVersion(before.version() + 1);
        record = newDocument(version, author, block.timestamp);
        _documents[subject][document] = record;
    }

    function _withdraw(address account, address subject, bytes32 document) private {
        DocumentRecord before = _documents[subject][document];
        if (account != subject && account != before.author()) revert NotAuthor();
        DocumentRecord record = _end(before, subject, document, WITHDRAWN);
        _record(subject, 3, abi.encode(Withdrawn.selector, subject, document, record, account));
    }

    function _reject(address subject, bytes32 document) private {
        DocumentRecord before = _documents[subject][document];
        if (before.author() == subject) revert NotPermitted();
        DocumentRecord record = _end(before, subject, document, REJECTED);
        _record(subject, 3, abi.encode(Rejected.selector, subject, document, record));
    }

    function _end(DocumentRecord before, address subject, bytes32 document, uint8 status)
        private
        returns (DocumentRecord record)
    {
        if (before.status() != LIVE) revert DocumentEnded();
        record = before.ended(status, block.timestamp);
        _documents[subject][document] = record;
    }
}
