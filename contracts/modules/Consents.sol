// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {unclaimed} from "../libraries/Assembly.sol";
import {
    CONTRIBUTE,
    Consent,
    ConsentRecord,
    GRANTABLE_OPS,
    READ,
    RENOUNCED,
    SUPERSEDED
} from "../types/ConsentRecord.sol";
import {lift} from "../types/Version.sol";
import {ConsentBase} from "./ConsentBase.sol";

/// @dev Only the subject opens or widens; the subject, their vault account and the grantee end; nobody else's act makes
/// an end fail.
abstract contract Consents is IConsents, ConsentBase {
    // ---------------------------------------------------------------- opening

    /// @inheritdoc IConsents
    function grant(Grant memory terms, bytes calldata signature) external {
        (Consent storage consent, uint32 version) = _requireOpenable(terms, GRANTABLE_OPS);
        _requireSignedGrant(terms.subject, unclaimed(Typehash.GRANT), terms, version, signature);
        _open(Granted.selector, terms, consent, _granted(terms, version + 1));
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
        Consent storage consent = _consentAt(subject, grantee, scope);
        ConsentRecord before = _requireRenewable(consent.record, expiresAt, deadline);
        bytes memory fields = _renewFields(subject, grantee, scope, before, expiresAt, deadline);
        _requireSignedFields(subject, abi.encode(Typehash.RENEW), fields, signature);
        ConsentRecord record = before.renewed(expiresAt, block.timestamp);
        consent.record = record;
        _record(Renewed.selector, subject, grantee, scope, record.word());
    }

    /// @inheritdoc IConsents
    function replace(bytes32 replaced, Grant memory terms, bytes calldata signature) external {
        _requireTerms(terms, GRANTABLE_OPS);
        Consent storage consent = _consentAt(terms.subject, terms.grantee, terms.scope);
        if (consent.record.version() != 0) revert ScopeUsed();
        Consent storage former = _consentAt(terms.subject, terms.grantee, replaced);
        ConsentRecord before = former.record;
        _requireOrdinary(before);
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
        _end(former, before, SUPERSEDED, lift(before.version()));
        ConsentRecord record = _granted(terms, 1);
        consent.record = record;
        _record(
            Replaced.selector, terms.subject, terms.grantee, terms.scope, replaced, record.word(), terms.capsule
        );
    }

    // ---------------------------------------------------------------- ending

    /// @inheritdoc IConsents
    function revoke(address grantee, bytes32 scope) external {
        _revokeOwn(grantee, scope);
    }

    /// @inheritdoc IConsents
    function revokeSigned(address subject, address grantee, bytes32 scope, uint32 ceiling, bytes calldata signature)
        external
    {
        address by = _requireSubjectOrVault(subject, _actOfCall(Typehash.REVOKE, 4, ""), signature);
        if (!_revoke(subject, grantee, scope, ceiling, by)) {
            revert AlreadyEnded(consentOf(subject, grantee, scope).version());
        }
    }

    /// @inheritdoc IConsents
    function renounce(address subject, bytes32 scope) external {
        Consent storage consent = _consentAt(subject, msg.sender, scope);
        _renounce(consent, consent.record, subject, msg.sender, scope);
    }

    /// @inheritdoc IConsents
    function renounceSigned(address subject, address grantee, bytes32 scope, bytes calldata signature) external {
        Consent storage consent = _consentAt(subject, grantee, scope);
        ConsentRecord before = consent.record;
        _requireSigned(grantee, _actOfCall(Typehash.RENOUNCE, 3, before.version()), signature);
        _renounce(consent, before, subject, grantee, scope);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IConsents
    function consentOf(address subject, address grantee, bytes32 scope) public view returns (ConsentRecord) {
        return _consentAt(subject, grantee, scope).record;
    }

    /// @inheritdoc IConsents
    function isActive(address subject, address grantee, address reader, bytes32 scope, uint32 op)
        public
        view
        returns (bool)
    {
        ConsentRecord record = _consentAt(subject, grantee, scope).record;
        if (!record.allows(op, block.timestamp)) return false;
        return reader == grantee || _objectionTo(reader, grantee, record, op) == NOTHING_IN_THE_WAY;
    }

    /// @inheritdoc IConsents
    function effectiveStatus(address subject, address grantee, bytes32 scope) external view returns (uint8) {
        return consentOf(subject, grantee, scope).effectiveStatusAt(block.timestamp);
    }

    /// @inheritdoc IConsents
    function providerRegistry() external view returns (IProviderRegistry) {
        return _registry;
    }

    // ---------------------------------------------------------------- private

    function _renounce(Consent storage consent, ConsentRecord before, address subject, address grantee, bytes32 scope)
        private
    {
        if (!before.standsAt(block.timestamp)) revert NotInForce();
        ConsentRecord record = _end(consent, before, RENOUNCED, lift(before.version()));
        _record(Renounced.selector, subject, grantee, scope, record.word());
    }
}
