// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {consentAt, hashOfGrant, keyOf} from "../libraries/Assembly.sol";
import {wordOf} from "../libraries/Words.sol";
import {ACTIVE, CONTRIBUTE, Consent, ConsentRecord, MANAGE, READ, REVOKED, newConsent} from "../types/ConsentRecord.sol";
import {DOCTOR, NURSE} from "../types/Roles.sol";
import {lift} from "../types/Version.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev Where consents are kept, and the steps that several acts on them share: what may be opened, how it is recorded,
/// how it is revoked. Every way of opening goes through `_requireOpenable`.
abstract contract ConsentBase is LedgerState {
    /// @dev Answers of `whyNot` beside those of `effectiveStatus`.
    uint8 internal constant NOTHING_IN_THE_WAY = 0;
    uint8 internal constant NO_CONSENT = 1;
    uint8 internal constant OP_NOT_GIVEN = 16;
    uint8 internal constant NOT_A_MEMBER = 17;
    uint8 internal constant ROLE_DOES_NOT_SUFFICE = 18;

    /// @dev Where the consent of these parties and scope is kept.
    function _consentAt(address subject, address grantee, bytes32 scope) internal pure returns (Consent storage) {
        return consentAt(keyOf(subject, grantee, scope));
    }

    /// @dev Requires terms that can be granted at all, in time.
    function _requireTerms(IConsents.Grant memory terms, uint32 grantable) internal view {
        _requireInTime(terms.deadline);
        if (terms.grantee == address(0) || terms.grantee == terms.subject) revert BadAddress();
        if (terms.ops == 0 || terms.ops & ~grantable != 0) revert IConsents.BadOps(terms.ops);
        _requireWindow(terms.notBefore, terms.expiresAt);
    }

    function _requireWindow(uint40 notBefore, uint40 expiresAt) internal view {
        if (expiresAt <= notBefore || expiresAt <= block.timestamp) revert IConsents.BadWindow(notBefore, expiresAt);
    }

    /// @dev Requires good terms, and that nothing stands under their scope.
    /// @return consent Where the consent is to be kept.
    /// @return version Its version before: what the signature has to name.
    function _requireOpenable(IConsents.Grant memory terms, uint32 grantable)
        internal
        view
        returns (Consent storage consent, uint32 version)
    {
        _requireTerms(terms, grantable);
        consent = _consentAt(terms.subject, terms.grantee, terms.scope);
        ConsentRecord before = consent.record;
        if (before.standsAt(block.timestamp)) revert IConsents.StillInForce();
        version = before.version();
    }

    /// @dev Requires that `signer` signed the act which grants these terms, over the subject's generation.
    /// @param own The type's hash and the fields that stand before those of Grant(...), encoded just now.
    function _requireSignedGrant(
        address signer,
        bytes memory own,
        IConsents.Grant memory terms,
        uint32 version,
        bytes calldata signature
    ) internal view {
        _requireSigned(signer, hashOfGrant(own, terms, version, generationOf(terms.subject)), signature);
    }

    /// @dev The record of what is granted now.
    function _granted(IConsents.Grant memory terms, uint32 version) internal view returns (ConsentRecord) {
        return newConsent(version, terms.ops, terms.notBefore, terms.expiresAt, block.timestamp);
    }

    /// @dev Writes what was opened, and logs it under the event of that selector.
    function _open(bytes32 selector, IConsents.Grant memory terms, Consent storage consent, ConsentRecord record) internal {
        consent.record = record;
        _record(selector, terms.subject, terms.grantee, terms.scope, record.word(), terms.capsule);
    }

    /// @dev Ends the sender's own consent, whatever stands there: it never fails, and is on record each time.
    function _revokeOwn(address grantee, bytes32 scope) internal {
        Consent storage consent = _consentAt(msg.sender, grantee, scope);
        ConsentRecord before = consent.record;
        bytes32 record = _end(consent, before, REVOKED, lift(before.version())).word();
        _record(IConsents.Revoked.selector, msg.sender, grantee, scope, record);
    }

    /// @dev Ends a consent at or below `ceiling`, that `by`, the subject or their vault account, revoked. At the top the
    /// version cannot rise any more: what is left to refuse a second sending is that nothing stands.
    /// @return whether there was something left to do.
    function _revoke(address subject, address grantee, bytes32 scope, uint32 ceiling, address by)
        internal
        returns (bool)
    {
        Consent storage consent = _consentAt(subject, grantee, scope);
        ConsentRecord before = consent.record;
        uint32 version = before.version();
        if (version > ceiling || (version == type(uint32).max && !before.standsAt(block.timestamp))) return false;
        bytes32 record = _end(consent, before, REVOKED, lift(ceiling)).word();
        if (by == subject) _record(IConsents.Revoked.selector, subject, grantee, scope, record);
        else _record(IConsents.RevokedByVault.selector, subject, grantee, scope, record, wordOf(by));
        return true;
    }

    /// @dev Writes the end of a consent, which lifts it to `version`.
    function _end(Consent storage consent, ConsentRecord before, uint8 status, uint32 version)
        internal
        returns (ConsentRecord record)
    {
        record = before.ended(status, version, block.timestamp);
        consent.record = record;
    }

    /// @dev Requires that `signer` signed the struct of these fields: `own`, with the type's hash, and then a renewal's.
    function _requireSignedFields(address signer, bytes memory own, bytes memory fields, bytes calldata signature)
        internal
        view
    {
        _requireSigned(signer, keccak256(bytes.concat(own, fields)), signature);
    }

    /// @dev Requires a consent that can be renewed, until a time that is to come; hands it back.
    function _requireRenewable(ConsentRecord before, uint40 expiresAt, uint40 deadline)
        internal
        view
        returns (ConsentRecord)
    {
        _requireInTime(deadline);
        _requireOrdinary(before);
        _requireWindow(before.notBefore(), expiresAt);
        return before;
    }

    /// @dev The fields of Renew(...): (scope, subject, grantee, mayRead, mayAdd, ops, until, version, generation, deadline).
    function _renewFields(
        address subject,
        address grantee,
        bytes32 scope,
        ConsentRecord before,
        uint40 expiresAt,
        uint40 deadline
    ) internal view returns (bytes memory) {
        uint32 ops = before.ops();
        return abi.encode(
            scope,
            subject,
            grantee,
            ops & READ != 0,
            ops & CONTRIBUTE != 0,
            ops,
            expiresAt,
            before.version(),
            generationOf(subject),
            deadline
        );
    }

    function _requireOrdinary(ConsentRecord record) internal view {
        if (record.isOrdinaryAt(block.timestamp)) return;
        if (record.standsAt(block.timestamp)) revert IConsents.NotOrdinary();
        revert IConsents.NotInForce();
    }

    /// @dev What stands against this reader: the grantee and its doctors and nurses may do all that the consent allows,
    /// other members may not contribute, and may do nothing while the glass is broken. A mandate is its holder's alone.
    function _objectionTo(address reader, address grantee, ConsentRecord record, uint32 op) internal view returns (uint8) {
        if (reader == grantee) return NOTHING_IN_THE_WAY;
        if (op & MANAGE != 0) return NOT_A_MEMBER;
        uint8 role = _registry.memberRole(grantee, reader);
        if (role == DOCTOR || role == NURSE) return NOTHING_IN_THE_WAY;
        if (role == 0) return NOT_A_MEMBER;
        return op & CONTRIBUTE == 0 && record.status() == ACTIVE ? NOTHING_IN_THE_WAY : ROLE_DOES_NOT_SUFFICE;
    }
}
