// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// Kinds: 1 doctor, 2 nurse, 3 lab, 4 pharmacy, 5 insurer, 6 researcher, 7 organisation.
/// Credential status: 0 none, 1 applied, 2 verified, 3 suspended, 4 refused. Member roles: 0 none, 1 doctor, 2 nurse, 3 clerk.
/// Heads here: of the account that the act is about (the provider, the organisation, the auditor, the registrar).
interface IProviderRegistry {
    event Applied(address indexed account, uint8 kind, bytes32 licence, bytes32 card, Stamp stamp, bytes32 head);
    event CardPublished(address indexed account, bytes32 card, Stamp stamp, bytes32 head);
    event Verified(address indexed account, address indexed registrar, uint8 kind, bytes32 licence, uint40 validUntil, Stamp stamp, bytes32 head);
    event Suspended(address indexed account, address indexed registrar, Stamp stamp, bytes32 head);
    event Refused(address indexed account, address indexed registrar, Stamp stamp, bytes32 head);
    event MemberAdded(address indexed organisation, address indexed member, uint8 role, Stamp stamp, bytes32 head);
    event MemberRemoved(address indexed organisation, address indexed member, address by, Stamp stamp, bytes32 head);
    event AuditorAppointed(address indexed auditor, address indexed registrar, uint40 validUntil, Stamp stamp, bytes32 head);
    event AuditorDismissed(address indexed auditor, address indexed registrar, Stamp stamp, bytes32 head);
    event RegistrarProposed(address indexed account, address indexed by, Stamp stamp, bytes32 head);
    event RegistrarAccepted(address indexed account, Stamp stamp, bytes32 head);
    event RegistrarDismissed(address indexed account, address indexed by, Stamp stamp, bytes32 head);

    struct Credential { uint8 status; uint8 kind; uint40 validUntil; uint40 changedAt; }

    function applyFor(uint8 kind, bytes32 licence, bytes32 card) external;
    function publishCard(bytes32 card) external;
    function verify(address account, uint8 kind, bytes32 licence, uint40 validUntil) external;
    function suspend(address account) external;
    function refuse(address account) external;
    function addMember(address member, uint8 role) external; // sender: a verified organisation
    function removeMember(address member) external;
    function leave(address organisation) external;
    function appointAuditor(address auditor, uint40 validUntil) external;
    function dismissAuditor(address auditor) external;
    function proposeRegistrar(address account) external;
    function acceptRegistrar() external;
    function dismissRegistrar(address account) external;

    function credentialOf(address account) external view returns (Credential memory);
    function isVerified(address account) external view returns (bool); // now: verified and not past validUntil
    function memberRole(address organisation, address member) external view returns (uint8); // 0 unless the organisation is verified now
    function isAuditor(address account) external view returns (bool);
    function isRegistrar(address account) external view returns (bool);
}
