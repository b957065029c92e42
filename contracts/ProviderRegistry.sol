// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {History} from "./modules/History.sol";
import {CLERK, DOCTOR, NURSE, ORGANISATION} from "./types/Roles.sol";

/// @dev The owner proposes registrars, registrars verify providers and appoint auditors, organisations choose their
/// members. Owner and registrars take office only by accepting it. The deployer is owner and first registrar.
contract ProviderRegistry is IProviderRegistry, History, Ownable2Step {
    uint8 private constant APPLIED = 1;
    uint8 private constant VERIFIED = 2;
    uint8 private constant SUSPENDED = 3;
    uint8 private constant REFUSED = 4;

    uint8 private constant PROPOSED = 1;
    uint8 private constant IN_OFFICE = 2;

    mapping(address account => Credential) private _credentials;
    mapping(address organisation => mapping(address member => uint8 role)) private _roles;
    mapping(address auditor => uint40 validUntil) private _auditors;
    mapping(address account => uint8 status) private _registrars;

    /// @inheritdoc IProviderRegistry
    mapping(address account => bytes32) public licenceOf;

    constructor() Ownable(msg.sender) {
        _acceptRegistrar(msg.sender);
    }

    modifier onlyRegistrar() {
        if (!isRegistrar(msg.sender)) revert NotRegistrar();
        _;
    }

    // -------------------------------------------------------------- providers

    /// @inheritdoc IProviderRegistry
    function applyFor(uint8 kind, bytes32 licence, bytes32 card) external {
        uint8 status = _credentials[msg.sender].status;
        if (isVerified(msg.sender) || status == SUSPENDED) revert WrongStatus(status);
        if (kind == 0 || kind > ORGANISATION) revert BadKind(kind);
        _credentials[msg.sender] = Credential(APPLIED, kind, 0, uint40(block.timestamp));
        licenceOf[msg.sender] = licence;
        _record(msg.sender, 2, abi.encode(Applied.selector, msg.sender, kind, licence, card));
    }

    /// @inheritdoc IProviderRegistry
    function publishCard(bytes32 card) external {
        if (_credentials[msg.sender].status == 0) revert WrongStatus(0);
        _record(msg.sender, 2, abi.encode(CardPublished.selector, msg.sender, card));
    }

    /// @inheritdoc IProviderRegistry
    function verify(address account, uint8 kind, bytes32 licence, uint40 validUntil) external onlyRegistrar {
        Credential memory before = _credentials[account];
        if (before.status == 0) revert WrongStatus(0);
        if (before.kind != kind || licenceOf[account] != licence) revert NotAsApplied();
        if (validUntil <= block.timestamp) revert BadValidUntil(validUntil);
        _credentials[account] = Credential(VERIFIED, kind, validUntil, uint40(block.timestamp));
        _record(account, 3, abi.encode(Verified.selector, account, msg.sender, kind, licence, validUntil));
    }

    /// @inheritdoc IProviderRegistry
    function suspend(address account) external onlyRegistrar {
        _move(account, VERIFIED, SUSPENDED);
        _recordBySender(Suspended.selector, account);
    }

    /// @inheritdoc IProviderRegistry
    function refuse(address account) external onlyRegistrar {
        _move(account, APPLIED, REFUSED);
        _recordBySender(Refused.selector, account);
    }

    // ---------------------------------------------------------- organisations

    /// @inheritdoc IProviderRegistry
    function addMember(address member, uint8 role) external {
        if (!_isOrganisation(msg.sender)) revert NotOrganisation();
        if (member == address(0) || member == msg.sender) revert BadAccount();
        if (role == 0 || role > CLERK) revert BadRole(role);
        _roles[msg.sender][member] = role;
        _record(msg.sender, 3, abi.encode(MemberAdded.selector, msg.sender, member, role));
    }

    /// @inheritdoc IProviderRegistry
    function removeMember(address member) external {
        _removeMember(msg.sender, member);
    }

    /// @inheritdoc IProviderRegistry
    function leaveOrganisation(address organisation) external {
        _removeMember(organisation, msg.sender);
    }

    // --------------------------------------------------------------- auditors

    /// @inheritdoc IProviderRegistry
    function appointAuditor(address auditor, uint40 validUntil) external onlyRegistrar {
        if (auditor == address(0)) revert BadAccount();
        if (validUntil <= block.timestamp) revert BadValidUntil(validUntil);
        _auditors[auditor] = validUntil;
        _record(auditor, 3, abi.encode(AuditorAppointed.selector, auditor, msg.sender, validUntil));
    }

    /// @inheritdoc IProviderRegistry
    function dismissAuditor(address auditor) external onlyRegistrar {
        if (_auditors[auditor] == 0) revert WrongStatus(0);
        delete _auditors[auditor];
        _recordBySender(AuditorDismissed.selector, auditor);
    }

    // ------------------------------------------------------------- registrars

    /// @inheritdoc IProviderRegistry
    function proposeRegistrar(address account) external onlyOwner {
        if (account == address(0)) revert BadAccount();
        if (_registrars[account] != 0) revert WrongStatus(_registrars[account]);
        _registrars[account] = PROPOSED;
        _recordBySender(RegistrarProposed.selector, account);
    }

    /// @inheritdoc IProviderRegistry
    function acceptRegistrar() external {
        if (_registrars[msg.sender] != PROPOSED) revert WrongStatus(_registrars[msg.sender]);
        _acceptRegistrar(msg.sender);
    }

    /// @inheritdoc IProviderRegistry
    function dismissRegistrar(address account) external {
        if (msg.sender != account) _checkOwner();
        if (_registrars[account] == 0) revert WrongStatus(0);
        delete _registrars[account];
        _recordBySender(RegistrarDismissed.selector, account);
    }

    // -------------------------------------------------------------- ownership

    /// @dev As OpenZeppelin's, and on the history: the head is that of the account proposed.
    function transferOwnership(address account) public override {
        super.transferOwnership(account);
        _recordBySender(OwnerProposed.selector, account);
    }

    /// @dev An owner leaves only by another's accepting.
    function renounceOwnership() public pure override {
        revert OwnerNeeded();
    }

    /// @dev As OpenZeppelin's, and on the history: at deployment and at every acceptance.
    function _transferOwnership(address account) internal override {
        address previous = owner();
        super._transferOwnership(account);
        _record(account, 3, abi.encode(OwnerAccepted.selector, account, previous));
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IProviderRegistry
    function credentialOf(address account) external view returns (Credential memory) {
        return _credentials[account];
    }

    /// @inheritdoc IProviderRegistry
    function isVerified(address account) public view returns (bool) {
        Credential storage credential = _credentials[account];
        return credential.status == VERIFIED && block.timestamp < credential.validUntil;
    }

    /// @inheritdoc IProviderRegistry
    function mayBeArmed(address account) external view returns (bool) {
        uint8 kind = _credentials[account].kind;
        return isVerified(account) && (kind == DOCTOR || kind == NURSE || kind == ORGANISATION);
    }

    /// @inheritdoc IProviderRegistry
    function memberRole(address organisation, address member) external view returns (uint8) {
        return _isOrganisation(organisation) ? _roles[organisation][member] : 0;
    }

    /// @inheritdoc IProviderRegistry
    function isAuditor(address account) external view returns (bool) {
        return block.timestamp < _auditors[account];
    }

    /// @inheritdoc IProviderRegistry
    function isRegistrar(address account) public view returns (bool) {
        return _registrars[account] == IN_OFFICE;
    }

    // ---------------------------------------------------------------- private

    function _isOrganisation(address account) private view returns (bool) {
        return _credentials[account].kind == ORGANISATION && isVerified(account);
    }

    /// @dev Moves a credential from one status to another; kind and validity stay as they were.
    function _move(address account, uint8 from, uint8 to) private {
        Credential storage credential = _credentials[account];
        if (credential.status != from) revert WrongStatus(credential.status);
        credential.status = to;
        credential.changedAt = uint40(block.timestamp);
    }

    function _removeMember(address organisation, address member) private {
        if (_roles[organisation][member] == 0) revert NotMember();
        delete _roles[organisation][member];
        _record(organisation, 3, abi.encode(MemberRemoved.selector, organisation, member, msg.sender));
    }

    function _acceptRegistrar(address account) private {
        _registrars[account] = IN_OFFICE;
        _record(account, 2, abi.encode(RegistrarAccepted.selector, account));
    }

    /// @dev Records an act on `account` that names the sender as second topic and has no other words.
    function _recordBySender(bytes32 selector, address account) private {
        _record(account, 3, abi.encode(selector, account, msg.sender));
    }
}
