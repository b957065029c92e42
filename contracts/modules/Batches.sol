// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatches} from "../interfaces/IBatches.sol";
import {IConsents} from "../interfaces/IConsents.sol";
import {hashOfGrant, logAct, unclaimed} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {Consent, ConsentRecord, GRANTABLE_OPS} from "../types/ConsentRecord.sol";
import {ConsentBase} from "./ConsentBase.sol";

/// @dev A batch does nothing that its acts would not do one by one. One signature covers them whole: in `grantMany` their
/// structs are hashed while they are carried out, the signature is checked last, and what it does not cover is undone with
/// the rest. It reads the subject's generation and head once and writes the head once, which is half of what it saves.
abstract contract Batches is IBatches, ConsentBase {
    /// @inheritdoc IBatches
    function grantMany(IConsents.Grant[] calldata terms, bytes calldata signature) external {
        bytes32[] memory acts = _hashesFor(terms.length);
        address subject = terms[0].subject;
        uint64 generation = generationOf(subject);
        (Chain storage chain, bytes32 before) = _chainOf(subject);
        bytes32 head = before;
        for (uint256 i = 0; i < acts.length; ++i) {
            IConsents.Grant memory one = terms[i];
            if (one.subject != subject) revert BadAddress();
            (Consent storage consent, uint32 version) = _requireOpenable(one, GRANTABLE_OPS);
            acts[i] = hashOfGrant(unclaimed(Typehash.GRANT), one, version, generation);
            ConsentRecord record = _granted(one, version + 1);
            consent.record = record;
            (bytes32 grantee, bytes32 scope) = (wordOf(one.grantee), one.scope);
            bytes32 selector = IConsents.Granted.selector;
            head = logAct(head, 4, unclaimed(selector, wordOf(subject), grantee, scope, record.word(), one.capsule));
        }
        _advance(chain, subject, before, head);
        _requireSigned(subject, _hashOfMany(Typehash.GRANT_MANY, acts), signature);
    }

    /// @inheritdoc IBatches
    function revokeMany(Ended[] calldata consents) external {
        _requireSome(consents.length);
        for (uint256 i = 0; i < consents.length; ++i) {
            _revokeOwn(consents[i].grantee, consents[i].scope);
        }
    }

    /// @inheritdoc IBatches
    function revokeManySigned(address subject, Revocation[] calldata revocations, bytes calldata signature) external {
        bytes32[] memory acts = _hashesFor(revocations.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            Revocation memory one = revocations[i];
            acts[i] = keccak256(abi.encode(Typehash.REVOKE, subject, one.grantee, one.scope, one.ceiling));
        }
        address by = _requireSubjectOrVault(subject, _hashOfMany(Typehash.REVOKE_MANY, acts), signature);
        bool isIdle = true;
        for (uint256 i = 0; i < acts.length; ++i) {
            Revocation memory one = revocations[i];
            if (_revoke(subject, one.grantee, one.scope, one.ceiling, by)) isIdle = false;
        }
        if (isIdle) revert AlreadySent();
    }
}
