// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Providers, their organisations, auditors and registrars
/// @notice Who is verified as what, and by whom. Registrars say so; an organisation, not a registrar, adds and removes its
/// members. Nothing here can grant a consent or stop a revocation.
/// @dev Kinds: 1 doctor, 2 nurse, 3 lab, 4 pharmacy, 5 insurer, 6 researcher, 7 organisation.
/// Credential status: 0 none, 1 applied, 2 verified, 3 suspended, 4 refused. Member roles: 0 none, 1 doctor, 2 nurse,
/// 3 clerk. Histories as in IHistory; the head that advances is that of the account which the act is about. The log
/// entries of OpenZeppelin's Ownable2Step have no data and so no head; each comes with an act of ours that has.
interface IProviderRegistry {
    /// @notice `account` asks to be verified.
    /// @param licence Salted hash of the licence.
    /// @param card CID digest of the public card: name, specialty, place.
    event Applied(
        address indexed account, uint8 kind, bytes32 licence, bytes32 card, Stamp stamp, bytes32 head
    );
    /// @notice The provider published another card.
    event CardPublished(address indexed account, bytes32 card, Stamp stamp, bytes32 head);
    /// @notice A registrar verified this kind and licence until a time.
    event Verified(
        address indexed account,
        address indexed registrar,
        uint8 kind,
        bytes32 licence,
        uint40 validUntil,
        Stamp stamp,
        bytes32 head
    );
    /// @notice A registrar suspended a verified provider.
    event Suspended(address indexed account, address indexed registrar, Stamp stamp, bytes32 head);
    /// @notice A registrar refused an application.
    event Refused(address indexed account, address indexed registrar, Stamp stamp, bytes32 head);
    /// @notice An organisation added a member, or gave one another role.
    event MemberAdded(
        address indexed organisation, address indexed member, uint8 role, Stamp stamp, bytes32 head
    );
    /// @notice A member is none any more; `by` is the organisation or the member.
    event MemberRemoved(
        address indexed organisation, address indexed member, address by, Stamp stamp, bytes32 head
    );
    /// @notice A registrar appointed an auditor until a time.
    event AuditorAppointed(
        address indexed auditor, address indexed registrar, uint40 validUntil, Stamp stamp, bytes32 head
    );
    /// @notice A registrar dismissed an auditor.
    event AuditorDismissed(address indexed auditor, address indexed registrar, Stamp stamp, bytes32 head);
    /// @notice The owner proposed a registrar, who has to accept.
    event RegistrarProposed(address indexed account, address indexed by, Stamp stamp, bytes32 head);
    /// @notice `account` is a registrar now.
    event RegistrarAccepted(address indexed account, Stamp stamp, bytes32 head);
    /// @notice `account` is no registrar any more, or not proposed any more; `by` is the owner or the account.
    event RegistrarDismissed(address indexed account, address indexed by, Stamp stamp, bytes32 head);
    /// @notice The owner proposed another owner, who has to accept; zero takes a proposal back.
    event OwnerProposed(address indexed account, address indexed by, Stamp stamp, bytes32 head);
    /// @notice `account` is the owner now; `previous` was before.
    event OwnerAccepted(address indexed account, address indexed previous, Stamp stamp, bytes32 head);

    /// @notice The sender is no registrar.
    error NotRegistrar();
    /// @notice The sender is not an organisation that is verified now.
    error NotOrganisation();
    /// @notice The account is no member of this organisation.
    error NotMember();
    /// @notice The account is in a state that does not permit this.
    error WrongStatus(uint8 status);
    /// @notice No such kind of provider.
    error BadKind(uint8 kind);
    /// @notice No such role.
    error BadRole(uint8 role);
    /// @notice An address that cannot take part: zero, or the sender's own.
    error BadAccount();
    /// @notice The end of validity is not in the future.
    error BadValidUntil(uint40 validUntil);
    /// @notice Kind or licence are not those of the application.
    error NotAsApplied();
    /// @notice The registry is never left without an owner: propose another.
    error OwnerNeeded();

    /// @notice A provider's credential as stored; whether it holds now says `isVerified`.
    struct Credential {
        uint8 status;
        uint8 kind;
        uint40 validUntil;
        uint40 changedAt;
    }

    /// @notice Asks to be verified. Possible again while waiting, after a refusal, and after the validity ended.
    function applyFor(uint8 kind, bytes32 licence, bytes32 card) external;
    /// @notice Publishes another card of the sender, who has applied once.
    function publishCard(bytes32 card) external;
    /// @notice Verifies an account, which applied with this kind and licence; also prolongs, and lifts a suspension. The
    /// sender is a registrar.
    /// @param validUntil Until when (Unix seconds), itself not included.
    function verify(address account, uint8 kind, bytes32 licence, uint40 validUntil) external;
    /// @notice Suspends a verified account. The sender is a registrar.
    function suspend(address account) external;
    /// @notice Refuses an application. The sender is a registrar.
    function refuse(address account) external;

    /// @notice Adds a member or changes a role. The sender is an organisation that is verified now.
    function addMember(address member, uint8 role) external;
    /// @notice Removes a member of the sender, whether verified now or not.
    function removeMember(address member) external;
    /// @notice Ends the sender's own membership.
    function leaveOrganisation(address organisation) external;

    /// @notice Appoints an auditor, or prolongs. The sender is a registrar.
    /// @param validUntil Until when (Unix seconds), itself not included.
    function appointAuditor(address auditor, uint40 validUntil) external;
    /// @notice Dismisses an auditor. The sender is a registrar.
    function dismissAuditor(address auditor) external;

    /// @notice Proposes a registrar. The sender is the owner.
    function proposeRegistrar(address account) external;
    /// @notice Accepts a proposal. The sender is the one proposed.
    function acceptRegistrar() external;
    /// @notice Dismisses a registrar, or takes a proposal back. The sender is the owner, or that account.
    function dismissRegistrar(address account) external;

    /// @notice A provider's credential: all zero when the account never applied.
    function credentialOf(address account) external view returns (Credential memory);
    /// @notice The salted hash of the licence that the account applied with.
    function licenceOf(address account) external view returns (bytes32);
    /// @notice Whether `account` is verified now.
    function isVerified(address account) external view returns (bool);
    /// @notice Whether `account` may hold an emergency consent now: a verified doctor, nurse or organisation.
    function mayBeArmed(address account) external view returns (bool);
    /// @notice The role of `member`: zero for none, and for all while the organisation is not verified.
    function memberRole(address organisation, address member) external view returns (uint8);
    /// @notice Whether `account` is an auditor now.
    function isAuditor(address account) external view returns (bool);
    /// @notice Whether `account` is a registrar.
    function isRegistrar(address account) external view returns (bool);
}
