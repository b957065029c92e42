// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "./IConsents.sol";

/// @title Several consents at once
/// @notice Several consents of one subject granted or ended by one act, all or nothing. Each leaves the event and the head
/// that it would have left alone.
interface IBatches {
    /// @notice There is nothing in it.
    error EmptyBatch();

    /// @notice Which consent to end.
    struct Ended {
        bytes32 scope;
        address grantee;
    }

    /// @notice Which consent to end, and up to which version.
    struct Revocation {
        bytes32 scope;
        address grantee;
        uint32 ceiling;
    }

    /// @notice Records several consents of one subject, or none of them. Signed by the subject: GrantMany(Grant[] grants),
    /// each of them exactly as it would be signed alone.
    function grantMany(IConsents.Grant[] calldata terms, bytes calldata signature) external;

    /// @notice Ends several of the sender's consents, each as `revoke` does: whatever they are, it does not fail.
    function revokeMany(Ended[] calldata consents) external;

    /// @notice The signed twin: RevokeMany(Revoke[] revokes), each of them as it would be signed alone, signed by the
    /// subject or their vault account. What is above its ceiling already is left as it is, so that none can be used to
    /// hinder the others; when that is so for all of them, it is refused.
    function revokeManySigned(address subject, Revocation[] calldata revocations, bytes calldata signature) external;
}
