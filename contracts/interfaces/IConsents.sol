// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ConsentRecord} from "../types/ConsentRecord.sol";
import {Stamp} from "../types/Stamp.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";

/// @title Consents
/// @notice Who granted whom, to do what, from when until when, and how it ended. What a consent covers is committed to by
/// its scope, the EIP-712 struct hash of `Scope(string sentence,string language,string[] categories,string[] purposes,
/// string[] documents,string[] terms,bytes32 salt)`: the wallet shows the words, the ledger holds their salted hash.
/// @dev Acts that open something (grant, renew, replace) are always signed by the subject, whoever sends them, the subject
/// included: consent is the signed words. Acts that end something can be sent plainly or signed. Every act on a record
/// lifts its version by one, a signed revoke lifts it to its ceiling plus one.
interface IConsents {
    /// @notice A new version of the consent is in the record.
    /// @param capsule Digest of the envelope with the keys and the opening.
    event Granted(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        bytes32 capsule,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The consent has another end, later or earlier.
    event Renewed(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The consent of scope `replaced` is superseded (status 4, version one higher, changed at this time) and
    /// `record` stands in its place, under `scope`.
    event Replaced(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        bytes32 replaced,
        ConsentRecord record,
        bytes32 capsule,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The subject revoked.
    event Revoked(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The subject's vault account revoked for them.
    event RevokedByVault(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        address vaultAccount,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The grantee renounced.
    event Renounced(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        Stamp stamp,
        bytes32 head
    );

    /// @notice The window is empty, or over.
    error BadWindow(uint40 notBefore, uint40 expiresAt);
    /// @notice No op, or one that cannot be given by this act.
    error BadOps(uint32 ops);
    /// @notice A consent of this scope stands already: renew or replace it, or revoke it first.
    error StillInForce();
    /// @notice No consent of this scope stands: there is none, or it ended, or it expired.
    error NotInForce();
    /// @notice No ordinary consent of this scope stands. One that is armed, or that makes a proxy, is not renewed or
    /// replaced, since those words would not say what it is: revoke it, and arm or appoint anew.
    error NotOrdinary();
    /// @notice The scope of a replacing consent must be fresh, and this one has had an act.
    error ScopeUsed();
    /// @notice The signed revoke does not reach up to this version.
    error AlreadyEnded(uint32 version);

    /// @notice What a subject grants. Version and generation are the contract's own.
    /// @param ops What may be done: READ 1, QUERY 2, DERIVE 4, EXPORT 8, TRAIN 16, CONTRIBUTE 1 << 31.
    /// @param notBefore From when (Unix seconds); a past time means from the grant.
    /// @param expiresAt Until when, itself not included.
    /// @param capsule Digest of the envelope with the keys and the opening.
    /// @param deadline Last second at which the signature may be used.
    struct Grant {
        address subject;
        address grantee;
        bytes32 scope;
        uint32 ops;
        uint40 notBefore;
        uint40 expiresAt;
        bytes32 capsule;
        uint40 deadline;
    }

    /// @notice Records a consent. Signed by the subject:
    /// Grant(scope, subject, grantee, mayRead, mayAdd, ops, from, until, capsule, version, generation, deadline),
    /// version being the record's before this act (0 when there is none).
    function grant(Grant calldata terms, bytes calldata signature) external;

    /// @notice Gives an ordinary consent that stands another end. Signed by the subject:
    /// Renew(scope, subject, grantee, mayRead, mayAdd, ops, until, version, generation, deadline), ops being the record's.
    function renew(
        address subject,
        address grantee,
        bytes32 scope,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends the ordinary consent of scope `replaced`, which must stand, and grants another, of a scope never used
    /// before, to the same grantee. Signed by the subject:
    /// Replace(scope, replaces, subject, grantee, mayRead, mayAdd, ops, from, until, capsule, version, generation, deadline),
    /// version being that of the consent which ends.
    function replace(bytes32 replaced, Grant calldata terms, bytes calldata signature) external;

    /// @notice Ends the sender's consent. Never reverts: what stands is revoked, what had ended or expired stays so, and
    /// in each case the version rises, so that signatures not sent yet are void.
    function revoke(address grantee, bytes32 scope) external;

    /// @notice The signed twin: Revoke(subject, grantee, scope, ceiling), signed by the subject or their vault account.
    /// Accepted while the record's version is at or below `ceiling`, also where there is no record; lifts it to
    /// `ceiling + 1`. So it cannot be dodged by sending something else first.
    function revokeSigned(
        address subject,
        address grantee,
        bytes32 scope,
        uint32 ceiling,
        bytes calldata signature
    ) external;

    /// @notice The grantee gives a consent back. The sender is the grantee.
    function renounce(address subject, bytes32 scope) external;

    /// @notice The signed twin: Renounce(subject, grantee, scope, version), signed by the grantee.
    function renounceSigned(address subject, address grantee, bytes32 scope, bytes calldata signature) external;

    /// @notice The record of a consent: zero when there is none.
    function consentOf(address subject, address grantee, bytes32 scope) external view returns (ConsentRecord);

    /// @notice Whether `reader` may do `op` now: the consent is in force, has every bit of `op`, and the reader is the
    /// grantee or a member of the grantee organisation. Any member may read (the gateway holds them to their role, since
    /// the ledger knows no categories); only doctors and nurses may CONTRIBUTE, or use a consent whose glass was broken.
    /// MANAGE is the grantee's alone: no member acts as proxy.
    function isActive(address subject, address grantee, address reader, bytes32 scope, uint32 op)
        external
        view
        returns (bool);

    /// @notice How a consent stands now.
    /// @return 0 none, 1 in force, 2 revoked, 3 renounced, 4 superseded, 5 armed, 6 expired, 7 not yet begun, 8 armed and
    /// open: the glass was broken, 9 armed and used up.
    function effectiveStatus(address subject, address grantee, bytes32 scope) external view returns (uint8);

    /// @notice Where memberships of organisations are looked up. Fixed at deployment.
    function providerRegistry() external view returns (IProviderRegistry);
}
