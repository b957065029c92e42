// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ConsentRecord} from "../types/ConsentRecord.sol";
import {Stamp} from "../types/Stamp.sol";
import {IConsents} from "./IConsents.sol";

/// @title Proxies
/// @notice Somebody who may act for the subject. Their mandate is a consent with MANAGE (1 << 30): what else it allows is
/// what the proxy may do and may pass on. A proxy grants, renews, revokes and declines for the subject, in acts of their
/// own which name both, while the mandate is in force.
/// @dev A proxy passes on no op that the mandate lacks, nothing beyond its end, nothing to themselves, and never MANAGE; a
/// mandate is ended by the subject, their vault account, or its own proxy's renouncing, and by no other proxy. What a proxy
/// granted stands when the mandate ends early, until it expires or is revoked. Whether it stays within the mandate's
/// categories the ledger cannot know: whoever has both openings compares them.
interface IProxies {
    /// @notice The subject appointed `grantee` as proxy.
    /// @param capsule Digest of the envelope with the keys and the opening.
    event Appointed(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        bytes32 capsule,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `proxy` granted for the subject, under the mandate of that scope.
    event GrantedByProxy(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        bytes32 capsule,
        address proxy,
        bytes32 mandate,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `proxy` gave the consent another end for the subject.
    event RenewedByProxy(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        address proxy,
        bytes32 mandate,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `proxy` revoked for the subject.
    event RevokedByProxy(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        address proxy,
        bytes32 mandate,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `proxy` said no to a request for the subject.
    event DeclinedByProxy(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed request,
        bytes32 note,
        address proxy,
        bytes32 mandate,
        Stamp stamp,
        bytes32 head
    );

    /// @notice No mandate of this scope makes this account the subject's proxy now.
    error NotProxy();
    /// @notice More than the mandate gives: another op, a later end, a grant to themselves, or an act on a mandate.
    error BeyondMandate();

    /// @notice Which mandate: (subject, proxy, scope) is its consent.
    struct Mandate {
        address proxy;
        bytes32 scope;
    }

    /// @notice Makes `terms.grantee` a proxy; `terms.ops` has MANAGE. Signed by the subject: Appoint(mayManage, scope,
    /// subject, proxy, mayRead, mayAdd, ops, from, until, capsule, version, generation, deadline), mayManage being true and
    /// version the record's before this act (0 when there is none).
    function appoint(IConsents.Grant calldata terms, bytes calldata signature) external;

    /// @notice Grants for the subject. Signed by the proxy: GrantByProxy(proxy, mandate, mandateVersion,
    /// proxyGeneration, scope, subject, grantee, mayRead, mayAdd, ops, from, until, capsule, version, generation, deadline),
    /// generation being the subject's.
    function grantByProxy(Mandate calldata mandate, IConsents.Grant calldata terms, bytes calldata signature) external;

    /// @notice Gives an ordinary consent that stands another end, for the subject. Signed by the proxy: RenewByProxy(proxy,
    /// mandate, mandateVersion, proxyGeneration, scope, subject, grantee, mayRead, mayAdd, ops, until, version, generation,
    /// deadline).
    function renewByProxy(
        Mandate calldata mandate,
        address subject,
        address grantee,
        bytes32 scope,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a consent for the subject, as the subject's own `revoke` does. The sender is the proxy.
    /// @param mandate Scope of the mandate.
    function revokeByProxy(address subject, address grantee, bytes32 scope, bytes32 mandate) external;

    /// @notice The signed twin: RevokeByProxy(proxy, mandate, subject, grantee, scope, ceiling, mandateVersion). As the
    /// subject's own, and good as long as this very mandate is in force: no act but its end lifts a mandate's version, so
    /// nobody can dodge the revoke by it, and a mandate given again revives nothing that was signed before. Besides, the
    /// ceiling is at most 255 above the present version: no proxy lifts a version out of the reach of a revoke that
    /// the subject has signed.
    function revokeByProxySigned(
        Mandate calldata mandate,
        address subject,
        address grantee,
        bytes32 scope,
        uint32 ceiling,
        bytes calldata signature
    ) external;

    /// @notice Says no to a request for the subject. The sender is the proxy.
    /// @param request The grantee's head after the request.
    /// @param note Digest of the envelope with the reason: zero for none.
    /// @param mandate Scope of the mandate.
    function declineByProxy(address subject, address grantee, bytes32 request, bytes32 note, bytes32 mandate) external;

    /// @notice The signed twin, good once: DeclineByProxy(proxy, mandate, subject, grantee, request, note, generation,
    /// deadline), generation being the proxy's.
    function declineByProxySigned(
        Mandate calldata mandate,
        address subject,
        address grantee,
        bytes32 request,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external;
}
