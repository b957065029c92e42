// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRecords} from "../interfaces/IRecords.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {unclaimed} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {CONTRIBUTE} from "../types/ConsentRecord.sol";
import {DocumentRecord, LIVE, REJECTED, WITHDRAWN} from "../types/DocumentRecord.sol";
import {Consents} from "./Consents.sol";
import {RecordsBase} from "./RecordsBase.sol";

/// @dev A document belongs to the history of its subject, whoever wrote it. Nobody but the subject adds to it without a
/// consent in force, and nobody but the author changes what it says.
abstract contract Records is IRecords, Consents, RecordsBase {
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
        _requireSignedCall(Typehash.ANCHOR, 4, subject, deadline, signature);
        _anchor(subject, document, manifest, version);
    }

    /// @inheritdoc IRecords
    function fileRecord(
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
        _requireSignedCall(Typehash.FILE, 7, author, deadline, signature);
        _file(author, subject, grantee, scope, document, manifest, version);
    }

    /// @inheritdoc IRecords
    function withdraw(address subject, bytes32 document) external {
        _withdraw(msg.sender, subject, document);
    }

    /// @inheritdoc IRecords
    function withdrawSigned(address account, address subject, bytes32 document, bytes calldata signature) external {
        uint32 version = _documents[subject][document].record.version();
        _requireSigned(account, _actOfCall(Typehash.WITHDRAW, 3, version), signature);
        _withdraw(account, subject, document);
    }

    /// @inheritdoc IRecords
    function reject(bytes32 document) external {
        _reject(msg.sender, document);
    }

    /// @inheritdoc IRecords
    function rejectSigned(address subject, bytes32 document, bytes calldata signature) external {
        uint32 version = _documents[subject][document].record.version();
        _requireSigned(subject, _actOfCall(Typehash.REJECT, 2, version), signature);
        _reject(subject, document);
    }

    /// @inheritdoc IRecords
    function documentOf(address subject, bytes32 document) external view returns (DocumentRecord) {
        return _documents[subject][document].record;
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
        _record(
            subject,
            2,
            unclaimed(
                Filed.selector, wordOf(subject), document, manifest, wordOf(grantee), scope, record.word()
            )
        );
    }

    function _withdraw(address account, address subject, bytes32 document) private {
        Document storage kept = _documents[subject][document];
        if (account != subject && account != kept.record.author()) revert NotAuthor();
        DocumentRecord record = _end(kept, WITHDRAWN);
        _record(subject, 3, abi.encode(Withdrawn.selector, subject, document, record, account));
    }

    function _reject(address subject, bytes32 document) private {
        Document storage kept = _documents[subject][document];
        if (kept.record.author() == subject) revert NotPermitted();
        DocumentRecord record = _end(kept, REJECTED);
        _record(subject, 3, abi.encode(Rejected.selector, subject, document, record));
    }

    function _end(Document storage kept, uint8 status) private returns (DocumentRecord record) {
        DocumentRecord before = kept.record;
        if (before.status() != LIVE) revert DocumentEnded();
        record = before.ended(status, block.timestamp);
        kept.record = record;
    }
}
