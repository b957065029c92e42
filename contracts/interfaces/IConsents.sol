// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ConsentRecord} from "../types/ConsentRecord.sol";
import {Stamp} from "../types/Stamp.sol";

interface IConsents {
    /// request = the grantee's new head after this act: it names the request for ever. Head: grantee.
    event Requested(address indexed grantee, address indexed subject, bytes32 note, Stamp stamp, bytes32 head);
    event Granted(address indexed subject, address indexed grantee, bytes32 indexed scope, ConsentRecord record, bytes32 capsule, Stamp stamp, bytes32 head);
    event Renewed(address indexed subject, address indexed grantee, bytes32 indexed scope, ConsentRecord record, Stamp stamp, bytes32 head);
    event Replaced(address indexed subject, address indexed grantee, bytes32 indexed scope, bytes32 replaced, ConsentRecord record, bytes32 capsule, Stamp stamp, bytes32 head);
    /// by = subject, or the vault account that acted for them.
    event Revoked(address indexed subject, address indexed grantee, bytes32 indexed scope, ConsentRecord record, address by, Stamp stamp, bytes32 head);
    event Renounced(address indexed subject, address indexed grantee, bytes32 indexed scope, ConsentRecord record, Stamp stamp, bytes32 head);
    event Declined(address indexed subject, address indexed grantee, bytes32 indexed request, bytes32 note, Stamp stamp, bytes32 head);
    event Muted(address indexed subject, address indexed grantee, bool muted, Stamp stamp, bytes32 head);
    event SignedCancelled(address indexed subject, uint64 generation, address by, Stamp stamp, bytes32 head);
    event Rekeyed(address indexed subject, uint32 epoch, bytes32 bundle, address by, Stamp stamp, bytes32 head);

    error BadSignature();
    error DeadlinePassed(uint40 deadline);
    error BadWindow(uint40 notBefore, uint40 expiresAt);
    error BadOps(uint32 ops);
    error BadAddress();
    error StillInForce();
    error NotInForce();
    error AlreadyEnded(uint32 version);
    error AlreadySent();
    error WrongEpoch(uint32 epoch);

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

    // opening acts: always signed by the subject, whoever sends them. Version and generation are the contract's own.
    function grant(Grant calldata terms, bytes calldata signature) external;
    function renew(address subject, address grantee, bytes32 scope, uint40 expiresAt, uint40 deadline, bytes calldata signature) external;
    function replace(bytes32 replaced, Grant calldata terms, bytes calldata signature) external;

    // ending acts: plain, or signed (by the subject or, where it says so, their vault account)
    function revoke(address grantee, bytes32 scope) external; // sender: subject. Never reverts for a reason that another controls
    function revokeSigned(address subject, address grantee, bytes32 scope, uint32 ceiling, bytes calldata signature) external; // subject or vault account
    function renounce(address subject, bytes32 scope) external; // sender: grantee
    function renounceSigned(address subject, address grantee, bytes32 scope, bytes calldata signature) external;
    function decline(address grantee, bytes32 request, bytes32 note) external; // sender: subject
    function declineSigned(address subject, address grantee, bytes32 request, bytes32 note, uint40 deadline, bytes calldata signature) external;
    function mute(address grantee, bool muted) external;
    function muteSigned(address subject, address grantee, bool muted, uint40 deadline, bytes calldata signature) external;
    function cancelSigned() external;
    function cancelSignedSigned(address subject, bytes calldata signature) external; // subject or vault account

    // care
    function request(address subject, bytes32 note) external; // sender: grantee
    function requestSigned(address grantee, address subject, bytes32 note, uint40 deadline, bytes calldata signature) external;
    function rekey(address subject, bytes32 bundle) external; // sender: subject or vault account
    function rekeySigned(address subject, bytes32 bundle, uint32 epoch, bytes calldata signature) external; // epoch = current one

    // reading
    function consentOf(address subject, address grantee, bytes32 scope) external view returns (ConsentRecord);
    function isActive(address subject, address grantee, address reader, bytes32 scope, uint32 op) external view returns (bool);
    /// 0 none, 1 active, 2 revoked, 3 renounced, 4 superseded, 5 armed (kept for break glass), 6 expired, 7 not yet begun
    function effectiveStatus(address subject, address grantee, bytes32 scope) external view returns (uint8);
    function generationOf(address account) external view returns (uint64);
    function epochOf(address subject) external view returns (uint32);
}
