// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {IProxies} from "../interfaces/IProxies.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {wordOf} from "../libraries/Words.sol";
import {Consent, ConsentRecord, GRANTABLE_OPS, MANAGE, REVOKED} from "../types/ConsentRecord.sol";
import {lift} from "../types/Version.sol";
import {ConsentBase} from "./ConsentBase.sol";

/// @dev Only the subject makes a proxy, and no proxy passes on more than they were given, or makes another. What a proxy
/// does needs the mandate to be in force at that moment.
abstract contract Proxies is IProxies, ConsentBase {
    /// @dev How far above the present version a proxy's signed revoke may reach.
    uint32 private constant REACH = 255;

    /// @inheritdoc IProxies
    function appoint(IConsents.Grant memory terms, bytes calldata signature) external {
        if (terms.ops & MANAGE == 0) revert IConsents.BadOps(terms.ops);
        (Consent storage consent, uint32 version) = _requireOpenable(terms, GRANTABLE_OPS | MANAGE);
        bytes memory own = abi.encode(Typehash.APPOINT, true);
        _requireSignedGrant(terms.subject, own, terms, version, signature);
        _open(Appointed.selector, terms, consent, _granted(terms, version + 1));
    }

    /// @inheritdoc IProxies
    function grantByProxy(Mandate memory mandate, IConsents.Grant memory terms, bytes calldata signature) external {
        (Consent storage consent, uint32 version) = _requireOpenable(terms, GRANTABLE_OPS);
        bytes memory own = _requireWithin(
            Typehash.GRANT_BY_PROXY, mandate, terms.subject, terms.grantee, terms.ops, terms.expiresAt
        );
        _requireSignedGrant(mandate.proxy, own, terms, version, signature);
        ConsentRecord record = _granted(terms, version + 1);
        consent.record = record;
        _record(
            terms.subject,
            4,
            abi.encode(
                GrantedByProxy.selector,
                terms.subject,
                terms.grantee,
                terms.scope,
                record,
                terms.capsule,
                mandate.proxy,
                mandate.scope
            )
        );
    }

    /// @inheritdoc IProxies
    function renewByProxy(
        Mandate memory mandate,
        address subject,
        address grantee,
        bytes32 scope,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        Consent storage consent = _consentAt(subject, grantee, scope);
        ConsentRecord before = _requireRenewable(consent.record, expiresAt, deadline);
        bytes memory own =
            _requireWithin(Typehash.RENEW_BY_PROXY, mandate, subject, grantee, before.ops(), expiresAt);
        bytes memory fields = _renewFields(subject, grantee, scope, before, expiresAt, deadline);
        _requireSignedFields(mandate.proxy, own, fields, signature);
        ConsentRecord record = before.renewed(expiresAt, block.timestamp);
        consent.record = record;
        _record(
            RenewedByProxy.selector, subject, grantee, scope, record.word(), wordOf(mandate.proxy), mandate.scope
        );
    }

    /// @inheritdoc IProxies
    function revokeByProxy(address subject, address grantee, bytes32 scope, bytes32 mandate) external {
        Consent storage consent = _consentAt(subject, grantee, scope);
        uint32 version = lift(consent.record.version());
        _revokeByProxy(consent, version, subject, grantee, scope, msg.sender, mandate);
    }

    /// @inheritdoc IProxies
    function revokeByProxySigned(
        Mandate memory mandate,
        address subject,
        address grantee,
        bytes32 scope,
        uint32 ceiling,
        bytes calldata signature
    ) external {
        Consent storage consent = _consentAt(subject, grantee, scope);
        uint32 version = consent.record.version();
        if (version > ceiling) revert IConsents.AlreadyEnded(version);
        if (ceiling - version > REACH || ceiling == type(uint32).max) revert BeyondMandate();
        uint32 mandateVersion = _requireMandate(subject, mandate.proxy, mandate.scope).version();
        _requireSigned(mandate.proxy, _actOfCall(Typehash.REVOKE_BY_PROXY, 6, mandateVersion), signature);
        _revokeByProxy(consent, ceiling + 1, subject, grantee, scope, mandate.proxy, mandate.scope);
    }

    /// @inheritdoc IProxies
    function declineByProxy(address subject, address grantee, bytes32 request_, bytes32 note, bytes32 mandate)
        external
    {
        _declineByProxy(subject, grantee, request_, note, msg.sender, mandate);
    }

    /// @inheritdoc IProxies
    function declineByProxySigned(
        Mandate memory mandate,
        address subject,
        address grantee,
        bytes32 request_,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSignedCallOnce(Typehash.DECLINE_BY_PROXY, 6, mandate.proxy, deadline, signature);
        _declineByProxy(subject, grantee, request_, note, mandate.proxy, mandate.scope);
    }

    // ---------------------------------------------------------------- private

    /// @dev Requires that `proxy` is the subject's proxy now, by the mandate of this scope; hands it back.
    function _requireMandate(address subject, address proxy, bytes32 scope)
        private
        view
        returns (ConsentRecord mandate)
    {
        mandate = _consentAt(subject, proxy, scope).record;
        if (!mandate.allows(MANAGE, block.timestamp)) revert NotProxy();
    }

    /// @dev Requires that a consent of these ops and this end is the proxy's to give; returns what the struct of such an
    /// act begins with: its type's hash, and (proxy, mandate, mandateVersion, proxyGeneration).
    function _requireWithin(
        bytes32 typehash,
        Mandate memory mandate,
        address subject,
        address grantee,
        uint32 ops,
        uint40 expiresAt
    ) private view returns (bytes memory) {
        ConsentRecord given = _requireMandate(subject, mandate.proxy, mandate.scope);
        if (ops & ~given.ops() != 0 || expiresAt > given.expiresAt() || grantee == mandate.proxy) {
            revert BeyondMandate();
        }
        return abi.encode(typehash, mandate.proxy, mandate.scope, given.version(), generationOf(mandate.proxy));
    }

    function _revokeByProxy(
        Consent storage consent,
        uint32 version,
        address subject,
        address grantee,
        bytes32 scope,
        address proxy,
        bytes32 mandate
    ) private {
        _requireMandate(subject, proxy, mandate);
        ConsentRecord before = consent.record;
        if (before.ops() & MANAGE != 0) revert BeyondMandate();
        bytes32 record = _end(consent, before, REVOKED, version).word();
        _record(RevokedByProxy.selector, subject, grantee, scope, record, wordOf(proxy), mandate);
    }

    function _declineByProxy(
        address subject,
        address grantee,
        bytes32 request_,
        bytes32 note,
        address proxy,
        bytes32 mandate
    ) private {
        _requireMandate(subject, proxy, mandate);
        _record(DeclinedByProxy.selector, subject, grantee, request_, note, wordOf(proxy), mandate);
    }
}
