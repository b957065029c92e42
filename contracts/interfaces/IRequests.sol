// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Requests
/// @notice Who asks whom for consent. What is asked and why is a note that only the two can read.
interface IRequests {
    /// @notice `grantee` asks `subject`. What and why is in the note, which only the two can read.
    /// @param head The grantee's new head: it names the request for ever.
    event Requested(
        address indexed grantee, address indexed subject, bytes32 note, Stamp stamp, bytes32 head
    );

    /// @notice Asks `subject` for consent. The sender is the grantee to be.
    /// @param note Digest of the envelope that says for what and why.
    function request(address subject, bytes32 note) external;

    /// @notice The signed twin, good once: Request(grantee, subject, note, generation, deadline).
    function requestSigned(
        address grantee,
        address subject,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external;
}
