// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IKeys} from "../interfaces/IKeys.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {History} from "./History.sol";
import {SignedActs} from "./SignedActs.sol";

/// @dev A wallet alone may publish a new key; it cannot put aside the vault account, whose task is to end things when
/// the wallet is lost or stolen.
abstract contract Keys is IKeys, History, SignedActs {
    mapping(address account => bytes32) private _encryptionKeys;

    /// @inheritdoc IKeys
    function publishKey(bytes32 encryptionKey, address vaultAccount, bytes calldata vaultSignature) external {
        if (_replacesVault(msg.sender, vaultAccount)) {
            // A deadline of zero, as the plain act has none: of no use in the signed twin, and good once here.
            bytes32 act = _publishKeyAct(msg.sender, encryptionKey, vaultAccount, 0);
            _spend(_requireVaultSigned(msg.sender, act, vaultSignature));
        }
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
        _spend(_requireSigned(account, act, signature));
        if (_replacesVault(account, vaultAccount)) _requireVaultSigned(account, act, vaultSignature);
        _publish(account, encryptionKey, vaultAccount);
    }

    /// @inheritdoc IKeys
    function encryptionKeyOf(address account) external view returns (bytes32) {
        return _encryptionKeys[account];
    }

    /// @inheritdoc IKeys
    function vaultAccountOf(address account) external view returns (address) {
        return _accounts[account].vaultAccount;
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
