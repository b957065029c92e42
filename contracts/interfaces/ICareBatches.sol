// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Several acts of care at once
/// @notice Several documents anchored, or several days opened, by one act, all or nothing. Each leaves the event and the
/// head that it would have left alone.
interface ICareBatches {
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

    /// @notice Anchors several of the sender's own documents, or none of them.
    function anchorMany(Anchoring[] calldata anchors) external;

    /// @notice The signed twin: AnchorMany(Anchor[] anchors), each of them exactly as it would be signed alone.
    function anchorManySigned(
        uint40 deadline,
        address subject,
        Anchoring[] calldata anchors,
        bytes calldata signature
    ) external;

    /// @notice Opens the sender's quarter-hours of several days, or of none. What is booked stays booked.
    function publishDays(OpenDay[] calldata openDays) external;

    /// @notice The signed twin: AvailabilityMany(Availability[] days), each of them exactly as it would be signed alone.
    /// @param deadline Later than `dayTurnOf` of each of the days; so no day can be named twice.
    function publishDaysSigned(
        address provider,
        OpenDay[] calldata openDays,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice The deadline that the next signed open hours of this day have to go beyond.
    function dayTurnOf(address provider, uint32 day) external view returns (uint40);
}
