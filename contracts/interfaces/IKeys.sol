// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Public encryption keys and vault accounts
/// @notice Everybody's X25519 public key, and the vault account: a second key, made from the vault's root, that can only
/// end and re-key (revoke, cancel what was signed, rekey). A lost wallet stops nobody from revoking.
interface IKeys {
    /// @notice `account` published this key. `vaultAccount` is the one in office after this act; zero is none.
    event KeyPublished(address indexed account, bytes32 encryptionKey, address vaultAccount, Stamp stamp, bytes32 head);
    /// @notice All signatures of `subject` that name an earlier generation are void.
    event SignedCancelled(
        address indexed subject, uint64 generation, address by, Stamp stamp, bytes32 head
    );
    /// @notice The subject's compartment keys are at `epoch` now; the fresh capsules are in `bundle`.
    event Rekeyed(
        address indexed subject, uint32 epoch, bytes32 bundle, address by, Stamp stamp, bytes32 head
    );

    /// @notice A key of zero cannot be published: zero says that none was.
    error KeyIsZero();
    /// @notice An appointed vault account is replaced only with its own signature.
    error VaultAccountNeedsItself();
    /// @notice The epoch named is not the present one.
    error WrongEpoch(uint32 epoch);
    /// @notice The sender is neither the subject nor their vault account.
    error NotSubject();

    /// @notice Publishes the sender's key and, if named, appoints the vault account.
    /// @param encryptionKey X25519 public key.
    /// @param vaultAccount Zero keeps the present one, or none.
    /// @param vaultSignature PublishKey, with deadline zero, signed by the present vault account where it is replaced;
    /// otherwise not looked at.
    function publishKey(bytes32 encryptionKey, address vaultAccount, bytes calldata vaultSignature) external;

    /// @notice The signed twin of `publishKey`: PublishKey(account, encryptionKey, vaultAccount, generation, deadline).
    /// @param deadline Later than `keyTurnOf(account)`, so that no earlier key is sent after a later one.
    /// @param vaultSignature The same typed data, deadline included, signed by the present vault account where it is
    /// replaced; otherwise not looked at.
    function publishKeySigned(
        address account,
        bytes32 encryptionKey,
        address vaultAccount,
        uint40 deadline,
        bytes calldata signature,
        bytes calldata vaultSignature
    ) external;

    /// @notice Voids everything that the sender signed with the present generation and that was not sent yet.
    function cancelSigned() external;

    /// @notice The signed twin: CancelSigned(subject, generation), signed by the subject or their vault account.
    function cancelSignedSigned(address subject, bytes calldata signature) external;

    /// @notice Begins the next epoch of the subject's compartment keys. The sender is the subject or their vault account.
    /// @param bundle Digest of the envelope with all fresh capsules.
    function rekey(address subject, bytes32 bundle) external;

    /// @notice The signed twin: Rekey(subject, bundle, epoch), epoch being the present one, signed by the subject or
    /// their vault account.
    function rekeySigned(address subject, bytes32 bundle, uint32 epoch, bytes calldata signature) external;

    /// @notice The X25519 public key of `account`: zero when none was published.
    function encryptionKeyOf(address account) external view returns (bytes32);

    /// @notice The deadline that the next signed key of `account` has to go beyond, in its present generation.
    function keyTurnOf(address account) external view returns (uint40);

    /// @notice The vault account of `account`: zero when none is appointed.
    function vaultAccountOf(address account) external view returns (address);

    /// @notice How often `subject` re-keyed.
    function epochOf(address subject) external view returns (uint32);
}
