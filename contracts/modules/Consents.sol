// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {keyOf} from "../libraries/RecordKey.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {
    CONTRIBUTE,
    ConsentRecord,
    GRANTABLE_OPS,
    READ,
    RENOUNCED,
    REVOKED,
    SUPERSEDED,
    lift,
    newConsent
} from "../types/ConsentRecord.sol";
import {DOCTOR, NURSE} from "../types/Roles.sol";
import {History} from "./History.sol";
import {SignedActs} from "./SignedActs.sol";

/// @dev Only the subject opens or widens; the subject, their vault account and the grantee end; nobody else's act makes
/// an end fail.
abstract contract Consents is IConsents, History, SignedActs {
    /// @inheritdoc IConsents
    IProviderRegistry public immutable providerRegistry;

    /// @dev By keccak256(abi.encode(subject, grantee, scope)).
    mapping(bytes32 key => ConsentRecord) private _consents;

    constructor(IProviderRegistry registry) {
        providerRegistry = registry;
    }

    // ---------------------------------------------------------------- opening

    /// @inheritdoc IConsents
    function grant(Grant calldata terms, bytes calldata signature) external {
        _requireGrantable(terms);
        bytes32 key = keyOf(terms.subject, terms.grantee, terms.scope);
        ConsentRecord before = _consents[key];
        if (before.standsAt(block.timestamp)) revert StillInForce();
        bytes32 act = keccak256(
            abi.encode(
                Typehash.GRANT,
                terms.scope,
                terms.subject,
                terms.grantee,
                terms.ops & READ != 0,
                terms.ops & CONTRIBUTE != 0,
                terms.ops,
                terms.notBefore,
                terms.expiresAt,
                terms.capsule,
                before.version(),
                generationOf(terms.subject),
                terms.deadline
            )
        );
        _requireSigned(terms.subject, act, signature);

        ConsentRecord record = _recordOf(terms, before.version() + 1);
        _consents[key] = record;
        _record(
            terms.subject,
            4,
            abi.encode(Granted.selector, terms.subject, terms.grantee, terms.scope, record, terms.capsule)
        );
    }

    /// @inheritdoc IConsents
    function renew(
        address subject,
        address grantee,
        bytes32 scope,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        bytes32 key = keyOf(subject, grantee, scope);
        ConsentRecord before = _consents[key];
        if (!before.standsAt(block.timestamp)) revert NotInForce();
        _requireWindow(before.notBefore(), expiresAt);
        bytes32 act = keccak256(
            abi.encode(
                Typehash.RENEW,
                scope,
                subject,
                grantee,
                before.ops() & READ != 0,
                before.ops() & CONTRIBUTE != 0,
                before.ops(),
                expiresAt,
                before.version(),
                generationOf(subject),
                deadline
            )
        );
        _requireSigned(subject, act, signature);

        ConsentRecord record = before.renewed(expiresAt, block.timestamp);
        _consents[key] = record;
        _record(subject, 4, abi.encode(Renewed.selector, subject, grantee, scope, record));
    }

    /// @inheritdoc IConsents
    function replace(bytes32 replaced, Grant calldata terms, bytes calldata signature) external {
        _requireGrantable(terms);
        bytes32 key = keyOf(terms.subject, terms.grantee, terms.scope);
        if (_consents[key].version() != 0) revert ScopeUsed();
        bytes32 replacedKey = keyOf(terms.subject, terms.grantee, replaced);
        ConsentRecord before = _consents[replacedKey];
        if (!before.standsAt(block.timestamp)) revert NotInForce();
        bytes32 act = keccak256(
            abi.encode(
                Typehash.REPLACE,
                terms.scope,
                replaced,
                terms.subject,
                terms.grantee,
                terms.ops & READ != 0,
                terms.ops & CONTRIBUTE != 0,
                terms.ops,
                terms.notBefore,
                terms.expiresAt,
                terms.capsule,
                before.version(),
                generationOf(terms.subject),
                terms.deadline
            )
        );
        _requireSigned(terms.subject, act, signature);

        _consents[replacedKey] = before.ended(SUPERSEDED, lift(before.version()), block.timestamp);
        ConsentRecord record = _recordOf(terms, 1);
        _consents[key] = record;
        _record(
            terms.subject,
            4,
            abi.encode(Replaced.selector, terms.subject, terms.grantee, terms.scope, replaced, record, terms.capsule)
        );
    }

    // ---------------------------------------------------------------- ending

    /// @inheritdoc IConsents
    function revoke(address grantee, bytes32 scope) external {
        bytes32 key = keyOf(msg.sender, grantee, scope);
        ConsentRecord before = _consents[key];
        _revoke(key, before, lift(before.version()), msg.sender, grantee, scope, msg.sender);
    }

    /// @inheritdoc IConsents
    function revokeSigned(address subject, address grantee, bytes32 scope, uint32 ceiling, bytes calldata signature)
        external
    {
        bytes32 key = keyOf(subject, grantee, scope);
        ConsentRecord before = _consents[key];
        uint32 version = before.version();
        // At the top the version cannot rise any more; what is left to refuse a second sending is that nothing stands.
        bool spent = version == type(uint32).max && !before.standsAt(block.timestamp);
        if (version > ceiling || spent) revert AlreadyEnded(version);
        address by = _requireSubjectOrVault(
            subject, keccak256(abi.encode(Typehash.REVOKE, subject, grantee, scope, ceiling)), signature
        );
        _revoke(key, before, lift(ceiling), subject, grantee, scope, by);
    }

    /// @inheritdoc IConsents
    function renounce(address subject, bytes32 scope) external {
        bytes32 key = keyOf(subject, msg.sender, scope);
        _renounce(key, _consents[key], subject, msg.sender, scope);
    }

    /// @inheritdoc IConsents
    function renounceSigned(address subject, address grantee, bytes32 scope, bytes calldata signature) external {
        bytes32 key = keyOf(subject, grantee, scope);
        ConsentRecord before = _consents[key];
        _requireSigned(
            grantee, keccak256(abi.encode(Typehash.RENOUNCE, subject, grantee, scope, before.version())), signature
        );
        _renounce(key, before, subject, grantee, scope);
    }

    /// @inheritdoc IConsents
    function decline(address grantee, bytes32 request_, bytes32 note) external {
        _decline(msg.sender, grantee, request_, note);
    }

    /// @inheritdoc IConsents
    function declineSigned(
        address subject,
        address grantee,
        bytes32 request_,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 act = keccak256(
            abi.encode(Typehash.DECLINE, subject, grantee, request_, note, generationOf(subject), deadline)
        );
        _requireSignedOnce(subject, act, deadline, signature);
        _decline(subject, grantee, request_, note);
    }

    /// @inheritdoc IConsents
    function mute(address grantee, bool muted) external {
        _mute(msg.sender, grantee, muted);
    }

    /// @inheritdoc IConsents
    function muteSigned(address subject, address grantee, bool muted, uint40 deadline, bytes calldata signature)
        external
    {
        bytes32 act = keccak256(abi.encode(Typehash.MUTE, subject, grantee, muted, generationOf(subject), deadline));
        _requireSignedOnce(subject, act, deadline, signature);
        _mute(subject, grantee, muted);
    }

    /// @inheritdoc IConsents
    function cancelSigned() external {
        _cancelSigned(msg.sender, msg.sender);
    }

    /// @inheritdoc IConsents
    function cancelSignedSigned(address subject, bytes calldata signature) external {
        bytes32 act = keccak256(abi.encode(Typehash.CANCEL_SIGNED, subject, generationOf(subject)));
        _cancelSigned(subject, _requireSubjectOrVault(subject, act, signature));
    }

    // ------------------------------------------------------------------- care

    /// @inheritdoc IConsents
    function request(address subject, bytes32 note) external {
        _request(msg.sender, subject, note);
    }

    /// @inheritdoc IConsents
    function requestSigned(address grantee, address subject, bytes32 note, uint40 deadline, bytes calldata signature)
        external
    {
        bytes32 act = keccak256(abi.encode(Typehash.REQUEST, grantee, subject, note, generationOf(grantee), deadline));
        _requireSignedOnce(grantee, act, deadline, signature);
        _request(grantee, subject, note);
    }

    /// @inheritdoc IConsents
    function rekey(address subject, bytes32 bundle) external {
        if (msg.sender != subject && msg.sender != _accounts[subject].vaultAccount) revert NotSubject();
        _rekey(subject, bundle, msg.sender);
    }

    /// @inheritdoc IConsents
    function rekeySigned(address subject, bytes32 bundle, uint32 epoch, bytes calldata signature) external {
        if (epoch != _accounts[subject].epoch) revert WrongEpoch(_accounts[subject].epoch);
        bytes32 act = keccak256(abi.encode(Typehash.REKEY, subject, bundle, epoch));
        _rekey(subject, bundle, _requireSubjectOrVault(subject, act, signature));
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IConsents
    function consentOf(address subject, address grantee, bytes32 scope) public view returns (ConsentRecord) {
        return _consents[keyOf(subject, grantee, scope)];
    }

    /// @inheritdoc IConsents
    function isActive(address subject, address grantee, address reader, bytes32 scope, uint32 op)
        public
        view
        returns (bool)
    {
        if (!consentOf(subject, grantee, scope).allows(op, block.timestamp)) return false;
        if (reader == grantee) return true;
        uint8 role = providerRegistry.memberRole(grantee, reader);
        return op & CONTRIBUTE == 0 ? role != 0 : role == DOCTOR || role == NURSE;
    }

    /// @inheritdoc IConsents
    function effectiveStatus(address subject, address grantee, bytes32 scope) external view returns (uint8) {
        return consentOf(subject, grantee, scope).effectiveStatusAt(block.timestamp);
    }

    /// @inheritdoc IConsents
    function epochOf(address subject) external view returns (uint32) {
        return _accounts[subject].epoch;
    }

    // ---------------------------------------------------------------- private

    function _requireGrantable(Grant calldata terms) private view {
        _requireInTime(terms.deadline);
        if (terms.grantee == address(0) || terms.grantee == terms.subject) revert BadAddress();
        if (terms.ops == 0 || terms.ops & ~GRANTABLE_OPS != 0) revert BadOps(terms.ops);
        _requireWindow(terms.notBefore, terms.expiresAt);
    }

    function _requireWindow(uint40 notBefore, uint40 expiresAt) private view {
        if (expiresAt <= notBefore || expiresAt <= block.timestamp) revert BadWindow(notBefore, expiresAt);
    }

    function _recordOf(Grant calldata terms, uint32 version) private view returns (ConsentRecord) {
        return newConsent(version, terms.ops, terms.notBefore, terms.expiresAt, block.timestamp);
    }

    function _revoke(
        bytes32 key,
        ConsentRecord before,
        uint32 version,
        address subject,
        address grantee,
        bytes32 scope,
        address by
    ) private {
        ConsentRecord record = before.ended(REVOKED, version, block.timestamp);
        _consents[key] = record;
        _record(subject, 4, abi.encode(Revoked.selector, subject, grantee, scope, record, by));
    }

    function _renounce(bytes32 key, ConsentRecord before, address subject, address grantee, bytes32 scope) private {
        if (!before.standsAt(block.timestamp)) revert NotInForce();
        ConsentRecord record = before.ended(RENOUNCED, lift(before.version()), block.timestamp);
        _consents[key] = record;
        _record(subject, 4, abi.encode(Renounced.selector, subject, grantee, scope, record));
    }

    function _decline(address subject, address grantee, bytes32 request_, bytes32 note) private {
        _record(subject, 4, abi.encode(Declined.selector, subject, grantee, request_, note));
    }

    function _mute(address subject, address grantee, bool muted) private {
        _record(subject, 3, abi.encode(Muted.selector, subject, grantee, muted));
    }

    function _cancelSigned(address subject, address by) private {
        uint64 generation = ++_accounts[subject].generation;
        _record(subject, 2, abi.encode(SignedCancelled.selector, subject, generation, by));
    }

    function _request(address grantee, address subject, bytes32 note) private {
        if (subject == address(0) || subject == grantee) revert BadAddress();
        _record(grantee, 3, abi.encode(Requested.selector, grantee, subject, note));
    }

    function _rekey(address subject, bytes32 bundle, address by) private {
        uint32 epoch = ++_accounts[subject].epoch;
        _record(subject, 2, abi.encode(Rekeyed.selector, subject, epoch, bundle, by));
    }
}
