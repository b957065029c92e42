// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatches} from "../interfaces/IBatches.sol";
import {IConsents} from "../interfaces/IConsents.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {GRANTABLE_OPS} from "../types/ConsentRecord.sol";
import {AppointmentsBase} from "./AppointmentsBase.sol";
import {ConsentBase} from "./ConsentBase.sol";
import {RecordsBase} from "./RecordsBase.sol";

/// @dev A batch does nothing that its acts would not do one by one. One signature covers them whole: their structs are
/// hashed while they are carried out, the signature is checked last, and what it does not cover is undone with the rest.
abstract contract Batches is IBatches, ConsentBase, RecordsBase, AppointmentsBase {
    /// @dev What may be used between looking at the gas that is left and the call itself.
    uint256 private constant MARGIN = 1_000;

    // --------------------------------------------------- under one signature

    /// @inheritdoc IBatches
    function grantMany(IConsents.Grant[] calldata terms, bytes calldata signature) external {
        bytes32[] memory acts = _actsFor(terms.length);
        address subject = terms[0].subject;
        for (uint256 i = 0; i < terms.length; ++i) {
            IConsents.Grant memory one = terms[i];
            if (one.subject != subject) revert BadAddress();
            (Consent storage consent, uint32 version) = _requireOpenable(one, GRANTABLE_OPS);
            acts[i] = keccak256(bytes.concat(Typehash.GRANT, _grantFields(one, version)));
            _open(IConsents.Granted.selector, one, consent, _granted(one, version + 1));
        }
        _requireSigned(subject, _hashOfMany(Typehash.GRANT_MANY, acts), signature);
    }

    /// @inheritdoc IBatches
    function revokeMany(Ended[] calldata consents) external {
        for (uint256 i = 0; i < consents.length; ++i) {
            (bytes32 scope, address grantee) = (consents[i].scope, consents[i].grantee);
            _revoke(msg.sender, grantee, scope, _consentAt(msg.sender, grantee, scope).record.version(), msg.sender);
        }
    }

    /// @inheritdoc IBatches
    function revokeManySigned(address subject, Revocation[] calldata revocations, bytes calldata signature) external {
        bytes32[] memory acts = _actsFor(revocations.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            Revocation memory one = revocations[i];
            acts[i] = keccak256(abi.encode(Typehash.REVOKE, subject, one.grantee, one.scope, one.ceiling));
        }
        address by = _requireSubjectOrVault(subject, _hashOfMany(Typehash.REVOKE_MANY, acts), signature);
        bool isIdle = true;
        for (uint256 i = 0; i < acts.length; ++i) {
            Revocation memory one = revocations[i];
            if (_revoke(subject, one.grantee, one.scope, one.ceiling, by)) isIdle = false;
        }
        if (isIdle) revert AlreadySent();
    }

    /// @inheritdoc IBatches
    function anchorMany(Anchoring[] calldata anchors) external {
        _anchorMany(msg.sender, anchors);
    }

    /// @inheritdoc IBatches
    function anchorManySigned(
        uint40 deadline,
        address subject,
        Anchoring[] calldata anchors,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        bytes32[] memory acts = _actsFor(anchors.length);
        uint64 generation = generationOf(subject);
        for (uint256 i = 0; i < acts.length; ++i) {
            Anchoring memory one = anchors[i];
            acts[i] = keccak256(
                abi.encode(Typehash.ANCHOR, subject, one.document, one.manifest, one.version, generation, deadline)
            );
        }
        _requireSigned(subject, _hashOfMany(Typehash.ANCHOR_MANY, acts), signature);
        _anchorMany(subject, anchors);
    }

    /// @inheritdoc IBatches
    function publishDays(OpenDay[] calldata openDays) external {
        _publishDays(msg.sender, openDays);
    }

    /// @inheritdoc IBatches
    function publishDaysSigned(
        address provider,
        OpenDay[] calldata openDays,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32[] memory acts = _actsFor(openDays.length);
        uint64 generation = generationOf(provider);
        for (uint256 i = 0; i < acts.length; ++i) {
            OpenDay memory one = openDays[i];
            acts[i] =
                keccak256(abi.encode(Typehash.AVAILABILITY, provider, one.day, one.open, generation, deadline));
        }
        _requireInTime(deadline);
        _spend(_requireSigned(provider, _hashOfMany(Typehash.AVAILABILITY_MANY, acts), signature));
        _publishDays(provider, openDays);
    }

    // ------------------------------------------------------------ signed apart

    /// @inheritdoc IBatches
    function relayEach(bytes[] calldata acts, uint256 gasEach) external returns (bytes4[] memory refusals) {
        refusals = new bytes4[](acts.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            bytes memory act = acts[i];
            // A call can be given 63/64 of what is left (EIP-150), and would silently get less than it was to get.
            if (gasleft() * 63 / 64 < gasEach + MARGIN) revert NotEnoughGas();
            (bool done, bytes memory answer) = address(this).delegatecall{gas: gasEach}(act);
            if (!done) refusals[i] = answer.length < 4 ? bytes4(0xffffffff) : bytes4(answer);
        }
    }

    // ---------------------------------------------------------------- private

    function _actsFor(uint256 count) private pure returns (bytes32[] memory) {
        if (count == 0) revert EmptyBatch();
        return new bytes32[](count);
    }

    function _anchorMany(address subject, Anchoring[] calldata anchors) private {
        for (uint256 i = 0; i < anchors.length; ++i) {
            Anchoring memory one = anchors[i];
            _anchor(subject, one.document, one.manifest, one.version);
        }
    }

    function _publishDays(address provider, OpenDay[] calldata openDays) private {
        for (uint256 i = 0; i < openDays.length; ++i) {
            OpenDay memory one = openDays[i];
            _publishAvailability(provider, one.day, one.open);
        }
    }
}
