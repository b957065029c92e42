// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "./IConsents.sol";

/// @title Several acts at once
/// @notice Several acts of one account under one signature, all or nothing; and acts that were signed apart, by whomever,
/// sent together. Each leaves the event and the head that it would have left alone.
interface IBatches {
    /// @notice There is nothing in it.
    error EmptyBatch();
    /// @notice The gas that was sent along is not enough to give the next act its share.
    error NotEnoughGas();

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

    /// @notice Which version of which document to anchor.
    struct Anchoring {
        bytes32 document;
        bytes32 manifest;
        uint32 version;
    }

    /// @notice The open quarter-hours of one day.
    struct OpenDay {
        uint32 day;
        uint96 open;
    }

    /// @notice Records several consents of one subject, or none of them. Signed by the subject: GrantMany(Grant[] grants),
    /// each of them exactly as it would be signed alone.
    function grantMany(IConsents.Grant[] calldata terms, bytes calldata signature) external;

    /// @notice Ends several of the sender's consents. Never reverts.
    function revokeMany(Ended[] calldata consents) external;

    /// @notice The signed twin: RevokeMany(Revoke[] revokes), each of them as it would be signed alone, signed by the
    /// subject or their vault account. What is above its ceiling already is left as it is, so that none can be used to
    /// hinder the others; when that is so for all of them, it is refused.
    function revokeManySigned(address subject, Revocation[] calldata revocations, bytes calldata signature) external;

    /// @notice Anchors several of the sender's own documents, or none of them.
    function anchorMany(Anchoring[] calldata anchors) external;

    /// @notice The signed twin: AnchorMany(Anchor[] anchors), each of them exactly as it would be signed alone.
    /// @dev The deadline comes first so that the selector lies behind those of the daily acts: docs/decisions/0030.
    function anchorManySigned(
        uint40 deadline,
        address subject,
        Anchoring[] calldata anchors,
        bytes calldata signature
    ) external;

    /// @notice Opens the sender's quarter-hours of several days, or of none. What is booked stays booked.
    function publishDays(OpenDay[] calldata openDays) external;

    /// @notice The signed twin, good once: AvailabilityMany(Availability[] days), each of them exactly as it would be
    /// signed alone.
    function publishDaysSigned(
        address provider,
        OpenDay[] calldata openDays,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Sends acts that were signed apart. Each is carried out whole or not at all; what is refused, because it was
    /// sent before, or never was good, is skipped and told, and hinders no other.
    /// @dev Each is a call of this contract by the sender (a delegatecall to itself: a plain act among them is the sender's
    /// own) and is given exactly `gasEach`. So a wallet that burns what it is given when it is asked for a signature
    /// burns its own share, and a sender who brings too little is refused instead of making good acts look bad.
    /// @param acts Each the whole calldata of one act.
    /// @param gasEach What each act may use.
    /// @return refusals For each act zero when it was done, else the selector of the error, or 0xffffffff when it was refused
    /// without a word.
    function relayEach(bytes[] calldata acts, uint256 gasEach) external returns (bytes4[] memory refusals);
}
