// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IKeys} from "../interfaces/IKeys.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev A wallet alone may publish a new key; it cannot put aside the vault account, whose task is to end things when
/// the wallet is lost or stolen.
abstract contract Keys is IKeys, LedgerState {
    // ------------------------------------------------------------------- keys

    /// @inheritdoc IKeys
    function publishKey(bytes32 encryptionKey, address vaultAccount, bytes calldata vaultSignature) external {
        if (_replacesVault(msg.sender, vaultAccount)) {
            // A deadline of zero, as the plain act has none: of no use in the signed twin, and good once here.
            bytes32 act = _publishKeyAct(msg.sender, encryptionKey, vaultAccount, 0);
            _spend(_requireVaultSigned(msg.sender, act, vaultSignature));
        }
        Turn storage turn = _turnOf(Typehash.PUBLISH_KEY, msg.sender, address(0));
        turn.deadline = _turnNow(turn.deadline);
        _publish(msg.sender, encryptionKey, vaultAccount);
    }

    /// @inheritdoc IKeys
    function publishKeySigned(
        address account,
        bytes32 encryptionKey,
        address vaultAccount,
        uint40 deadline,
        bytes calldata signature,
        bytes calldata vaultSignature
    ) external {
        _requireInTime(deadline);
        bytes32 act = _publishKeyAct(account, encryptionKey, vaultAccount, deadline);
        _requireSigned(account, act, signature);
        Turn storage turn = _turnOf(Typehash.PUBLISH_KEY, account, address(0));
        turn.deadline = _turnAfter(turn.deadline, deadline);
        if (_replacesVault(account, vaultAccount)) _requireVaultSigned(account, act, vaultSignature);
        _publish(account, encryptionKey, vaultAccount);
    }

    // ------------------------------------------------------- ending, re-keying

    /// @inheritdoc IKeys
    function cancelSigned() external {
        _cancelSigned(msg.sender, msg.sender);
    }

    /// @inheritdoc IKeys
    function cancelSignedSigned(address subject, bytes calldata signature) external {
        bytes32 act = _actOfCall(Typehash.CANCEL_SIGNED, 1, generationOf(subject));
        _cancelSigned(subject, _requireSubjectOrVault(subject, act, signature));
    }

    /// @inheritdoc IKeys
    function rekey(address subject, bytes32 bundle) external {
        if (msg.sender != subject && msg.sender != _accounts[subject].vaultAccount) revert NotSubject();
        _rekey(subject, bundle, msg.sender);
    }

    /// @inheritdoc IKeys
    function rekeySigned(address subject, bytes32 bundle, uint32 epoch, bytes calldata signature) external {
        if (epoch != _accounts[subject].epoch) revert WrongEpoch(_accounts[subject].epoch);
        _rekey(subject, bundle, _requireSubjectOrVault(subject, _actOfCall(Typehash.REKEY, 3, ""), signature));
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IKeys
    function encryptionKeyOf(address account) external view returns (bytes32) {
        return _encryptionKeys[account];
    }

    /// @inheritdoc IKeys
    function keyTurnOf(address account) external view returns (uint40) {
        return _turnOf(Typehash.PUBLISH_KEY, account, address(0)).deadline;
    }

    /// @inheritdoc IKeys
    function vaultAccountOf(address account) external view returns (address) {
        return _accounts[account].vaultAccount;
    }

    /// @inheritdoc IKeys
    function epochOf(address subject) external view returns (uint32) {
        return _accounts[subject].epoch;
    }

    // ---------------------------------------------------------------- private

    function _cancelSigned(address subject, address by) private {
        uint64 generation = ++_accounts[subject].generation;
        _record(subject, 2, abi.encode(SignedCancelled.selector, subject, generation, by));
    }

    function _rekey(address subject, bytes32 bundle, address by) private {
        uint32 epoch = ++_accounts[subject].epoch;
        _record(subject, 2, abi.encode(Rekeyed.selector, subject, epoch, bundle, by));
    }

    function _replacesVault(address account, address vaultAccount) private view returns (bool) {
        address present = _accounts[account].vaultAccount;
        return vaultAccount != address(0) && present != address(0) && vaultAccount != present;
    }

    function _publishKeyAct(address account, bytes32 encryptionKey, address vaultAccount, uint40 deadline)
        private
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                Typehash.PUBLISH_KEY, account, encryptionKey, vaultAccount, generationOf(account), deadline
            )
        );
    }

    function _requireVaultSigned(address account, bytes32 act, bytes calldata signature)
        private
        view
        returns (bytes32 digest)
    {
        digest = _hashTypedDataV4(act);
        if (!_isSignedBy(_accounts[account].vaultAccount, digest, signature)) revert VaultAccountNeedsItself();
    }

    function _publish(address account, bytes32 encryptionKey, address vaultAccount) private {
        if (encryptionKey == 0) revert KeyIsZero();
        if (vaultAccount == account) revert BadAddress();
        _encryptionKeys[account] = encryptionKey;
        address inOffice = _accounts[account].vaultAccount;
        if (vaultAccount != address(0) && vaultAccount != inOffice) {
            _accounts[account].vaultAccount = vaultAccount;
            inOffice = vaultAccount;
        }
        _record(account, 2, abi.encode(KeyPublished.selector, account, encryptionKey, inOffice));
    }
}
