// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Replies to requests
/// @notice The answers to a request that give no consent.
interface IReplies {
    /// @notice The subject said no to a request.
    event Declined(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed request,
        bytes32 note,
        Stamp stamp,
        bytes32 head
    );
    /// @notice The subject wants to hear no requests of `grantee`, or wants to again. A wish that services obey: the
    /// ledger keeps no list and goes on recording requests, so that the history stays complete.
    event Muted(address indexed subject, address indexed grantee, bool muted, Stamp stamp, bytes32 head);

    /// @notice Says no to a request. The sender is the subject.
    /// @param request The grantee's head after the request.
    /// @param note Digest of the envelope with the reason: zero for none.
    function decline(address grantee, bytes32 request, bytes32 note) external;

    /// @notice The signed twin, good once: Decline(subject, grantee, request, note, generation, deadline).
    function declineSigned(
        address subject,
        address grantee,
        bytes32 request,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Asks to hear no more requests of `grantee`, or to hear them again. The sender is the subject.
    function mute(address grantee, bool muted) external;

    /// @notice The signed twin: Mute(subject, grantee, muted, generation, deadline).
    /// @param deadline Later than `muteTurnOf(subject, grantee)`, so that no earlier wish is sent after a later one.
    function muteSigned(
        address subject,
        address grantee,
        bool muted,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice The deadline that the next signed wish of `subject` about `grantee` has to go beyond, in the subject's present
    /// generation.
    function muteTurnOf(address subject, address grantee) external view returns (uint40);
}
