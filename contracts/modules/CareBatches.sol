// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICareBatches} from "../interfaces/ICareBatches.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {AppointmentsBase} from "./AppointmentsBase.sol";
import {RecordsBase} from "./RecordsBase.sol";

/// @dev A batch does nothing that its acts would not do one by one, and one signature covers it whole.
abstract contract CareBatches is ICareBatches, RecordsBase, AppointmentsBase {
    /// @inheritdoc ICareBatches
    function anchorMany(Anchoring[] calldata anchors) external {
        _anchorMany(msg.sender, anchors);
    }

    /// @inheritdoc ICareBatches
    function anchorManySigned(
        uint40 deadline,
        address subject,
        Anchoring[] calldata anchors,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        bytes32[] memory acts = _hashesFor(anchors.length);
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

    /// @inheritdoc ICareBatches
    function publishDays(OpenDay[] calldata openDays) external {
        _requireSome(openDays.length);
        for (uint256 i = 0; i < openDays.length; ++i) {
            OpenDay memory one = openDays[i];
            _publishAvailability(msg.sender, one.day, one.open);
        }
    }

    /// @inheritdoc ICareBatches
    function publishDaysSigned(
        address provider,
        OpenDay[] calldata openDays,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32[] memory acts = _hashesFor(openDays.length);
        uint64 generation = generationOf(provider);
        for (uint256 i = 0; i < acts.length; ++i) {
            OpenDay memory one = openDays[i];
            acts[i] =
                keccak256(abi.encode(Typehash.AVAILABILITY, provider, one.day, one.open, generation, deadline));
        }
        _requireInTime(deadline);
        _requireSigned(provider, _hashOfMany(Typehash.AVAILABILITY_MANY, acts), signature);
        for (uint256 i = 0; i < openDays.length; ++i) {
            OpenDay memory one = openDays[i];
            _publishAvailability(provider, one.day, one.open, deadline);
        }
    }

    /// @inheritdoc ICareBatches
    function dayTurnOf(address provider, uint32 day) external view returns (uint40) {
        return _days[provider][day].day.turn();
    }

    // ---------------------------------------------------------------- private

    function _anchorMany(address subject, Anchoring[] calldata anchors) private {
        _requireSome(anchors.length);
        for (uint256 i = 0; i < anchors.length; ++i) {
            Anchoring memory one = anchors[i];
            _anchor(subject, one.document, one.manifest, one.version);
        }
    }
}
