// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ConsentRecord} from "../types/ConsentRecord.sol";
import {Stamp} from "../types/Stamp.sol";
import {IConsents} from "./IConsents.sol";

/// @title Break glass
/// @notice A subject may arm a consent for emergencies: it allows nothing until its grantee breaks the glass, and then for
/// four hours, as many times as the subject said. The grantee must be a verified doctor, nurse or organisation, when it is
/// armed and when it is broken. Whoever breaks it is named in the subject's own history, at once.
/// @dev An armed consent is a record of status 5 and ends like any other. It is not renewed or replaced: that would need
/// words which say what it is. Revoke it, and arm another.
interface IEmergency {
    /// @notice The subject armed a consent.
    /// @param capsule Digest of the envelope with the keys and the opening.
    event Armed(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        bytes32 capsule,
        Stamp stamp,
        bytes32 head
    );
    /// @notice `by` broke the glass: the consent is in force for four hours, or until it expires or ends.
    /// @param by The grantee, or a doctor or nurse of the grantee organisation.
    /// @param note Digest of the envelope with the reason, which the subject and the reviewers can read.
    event GlassBroken(
        address indexed subject,
        address indexed grantee,
        bytes32 indexed scope,
        ConsentRecord record,
        address by,
        bytes32 note,
        Stamp stamp,
        bytes32 head
    );

    /// @notice The glass can be broken 1 to 9 times.
    error BadTimes(uint8 times);
    /// @notice The grantee is not, now, a verified doctor, nurse or organisation.
    error NotVerified(address grantee);
    /// @notice Nothing is armed here: there is no such consent, or it is an ordinary one, or it ended, expired, or has not
    /// begun.
    error NotArmed();
    /// @notice The glass is broken already, and closes again at that time.
    error StillOpen(uint40 until);
    /// @notice The glass was broken as often as the subject allowed.
    error UsedUp();
    /// @notice Whoever breaks the glass says why.
    error NoteNeeded();
    /// @notice Neither the grantee, nor a doctor or nurse of the grantee organisation.
    error NotClinician();

    /// @notice Records an armed consent. Signed by the subject: Arm(times, hoursEach, scope, subject, grantee, mayRead,
    /// mayAdd, ops, from, until, capsule, version, generation, deadline), hoursEach being 4 and version the record's before
    /// this act (0 when there is none).
    /// @param times How often the glass can be broken, 1 to 9.
    function arm(IConsents.Grant calldata terms, bytes calldata signature, uint8 times) external;

    /// @notice Opens an armed consent for four hours. The sender is the grantee, or a doctor or nurse of the grantee
    /// organisation.
    /// @param note Digest of the envelope with the reason.
    function breakGlass(address subject, address grantee, bytes32 scope, bytes32 note) external;

    /// @notice The signed twin: BreakGlass(by, subject, grantee, scope, note, version, generation, deadline), version
    /// being the record's and generation that of `by`.
    function breakGlassSigned(
        address by,
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external;
}
