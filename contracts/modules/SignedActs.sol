// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignedActs} from "../interfaces/ISignedActs.sol";

/// @dev Who signed what, and what of an account decides whether a signature is still good.
abstract contract SignedActs is ISignedActs, EIP712 {
    /// @dev One slot per account: what every signed act has to look up.
    struct Account {
        address vaultAccount;
        uint32 epoch;
        uint64 generation;
    }

    mapping(address account => Account) internal _accounts;
    mapping(bytes32 digest => bool) private _sent;

    constructor() EIP712("Placet", "1") {}

    /// @inheritdoc ISignedActs
    function generationOf(address account) public view returns (uint64) {
        return _accounts[account].generation;
    }

    /// @dev Requires that `signer` signed this struct; returns the digest that was signed.
    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature)
        internal
        view
        returns (bytes32 digest)
    {
        digest = _hashTypedDataV4(structHash);
        if (!_isSignedBy(signer, digest, signature)) revert BadSignature();
    }

    /// @dev Requires that `signer` signed this struct, in time, and that it was not sent before.
    function _requireSignedOnce(address signer, bytes32 structHash, uint40 deadline, bytes calldata signature) internal {
        _requireInTime(deadline);
        _spend(_requireSigned(signer, structHash, signature));
    }

    /// @dev Requires that this digest was not spent before, and spends it.
    function _spend(bytes32 digest) internal {
        if (_sent[digest]) revert AlreadySent();
        _sent[digest] = true;
    }

    /// @dev Requires that `subject` or their vault account signed this struct; returns which of the two.
    function _requireSubjectOrVault(address subject, bytes32 structHash, bytes calldata signature)
        internal
        view
        returns (address by)
    {
        bytes32 digest = _hashTypedDataV4(structHash);
        if (_isSignedBy(subject, digest, signature)) return subject;
        by = _accounts[subject].vaultAccount;
        if (by == address(0) || !_isSignedBy(by, digest, signature)) revert BadSignature();
    }

    /// @dev The deadline itself is still in time.
    function _requireInTime(uint40 deadline) internal view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
    }

    /// @dev The key first, then the code: an EIP-7702 account has code and may still sign with its key only.
    function _isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
