// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

interface IKeys {
    event KeyPublished(address indexed account, bytes32 encryptionKey, address vaultAccount, Stamp stamp, bytes32 head);
    error KeyIsZero();
    error VaultAccountNeedsItself(); // an appointed vault account is replaced only with its own signature

    /// X25519 public key. vaultAccount zero keeps the present one (or none). Changing an appointed one needs vaultSignature of PublishKey by the present one.
    function publishKey(bytes32 encryptionKey, address vaultAccount, bytes calldata vaultSignature) external;
    function publishKeySigned(address account, bytes32 encryptionKey, address vaultAccount, uint40 deadline, bytes calldata signature, bytes calldata vaultSignature) external;
    function encryptionKeyOf(address account) external view returns (bytes32);
    function vaultAccountOf(address account) external view returns (address);
}
