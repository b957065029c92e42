// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev A wallet that is a contract: its owner signs for it (ERC-1271) and sends acts through it. Also what an EIP-7702
/// account delegates to in the tests. Never deployed outside of them.
contract TestWallet is IERC1271 {
    address private immutable _owner;
    bool private _locked;

    constructor(address owner) {
        _owner = owner;
    }

    /// @dev A locked wallet accepts no signature.
    function lock() external {
        require(msg.sender == _owner, "not the owner");
        _locked = true;
    }

    function send(address to, bytes calldata data) external {
        require(msg.sender == _owner, "not the owner");
        (bool sent, bytes memory answer) = to.call(data);
        if (!sent) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool valid = !_locked && failure == ECDSA.RecoverError.NoError && recovered == _owner;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
