// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../interfaces/IConsents.sol";
import {IEmergency} from "../interfaces/IEmergency.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {wordOf} from "../libraries/Words.sol";
import {
    ARMED,
    Consent,
    ConsentRecord,
    GRANTABLE_OPS,
    HOURS_OPEN,
    MOST_TIMES,
    newArmed
} from "../types/ConsentRecord.sol";
import {DOCTOR, NURSE} from "../types/Roles.sol";
import {ConsentBase} from "./ConsentBase.sol";

/// @dev The subject arms; only who is a verified clinician then and now breaks the glass; time closes it again, and any
/// end of the consent does. Ending asks nobody.
abstract contract Emergency is IEmergency, ConsentBase {
    /// @inheritdoc IEmergency
    function arm(IConsents.Grant memory terms, bytes calldata signature, uint8 times) external {
        if (times == 0 || times > MOST_TIMES) revert BadTimes(times);
        (Consent storage consent, uint32 version) = _requireOpenable(terms, GRANTABLE_OPS);
        _requireVerified(terms.grantee);
        bytes memory own = abi.encode(Typehash.ARM, times, HOURS_OPEN);
        _requireSignedGrant(terms.subject, own, terms, version, signature);
        ConsentRecord record =
            newArmed(version + 1, terms.ops, terms.notBefore, terms.expiresAt, times, block.timestamp);
        _open(Armed.selector, terms, consent, record);
    }

    /// @inheritdoc IEmergency
    function breakGlass(address subject, address grantee, bytes32 scope, bytes32 note) external {
        _breakGlass(msg.sender, subject, grantee, scope, note);
    }

    /// @inheritdoc IEmergency
    function breakGlassSigned(
        address by,
        address subject,
        address grantee,
        bytes32 scope,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external {
        uint32 version = _consentAt(subject, grantee, scope).record.version();
        _requireSignedCall(Typehash.BREAK_GLASS, 5, version, by, deadline, signature);
        _breakGlass(by, subject, grantee, scope, note);
    }

    function _breakGlass(address by, address subject, address grantee, bytes32 scope, bytes32 note) private {
        if (note == 0) revert NoteNeeded();
        Consent storage consent = _consentAt(subject, grantee, scope);
        ConsentRecord before = consent.record;
        if (
            before.status() != ARMED || block.timestamp < before.notBefore() || block.timestamp >= before.expiresAt()
        ) revert NotArmed();
        if (before.isOpenAt(block.timestamp)) revert StillOpen(uint40(before.openUntil()));
        if (before.used() == before.times()) revert UsedUp();
        _requireVerified(grantee);
        if (by != grantee) {
            uint8 role = _registry.memberRole(grantee, by);
            if (role != DOCTOR && role != NURSE) revert NotClinician();
        }
        ConsentRecord record = before.broken(block.timestamp);
        consent.record = record;
        _record(GlassBroken.selector, subject, grantee, scope, record.word(), wordOf(by), note);
    }

    function _requireVerified(address grantee) private view {
        if (!_registry.mayBeArmed(grantee)) revert NotVerified(grantee);
    }
}
