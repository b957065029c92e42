// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IReplies} from "../interfaces/IReplies.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev An answer is an act of the one who was asked, and changes no consent.
abstract contract Replies is IReplies, LedgerState {
    /// @inheritdoc IReplies
    function decline(address grantee, bytes32 request_, bytes32 note) external {
        _decline(msg.sender, grantee, request_, note);
    }

    /// @inheritdoc IReplies
    function declineSigned(
        address subject,
        address grantee,
        bytes32 request_,
        bytes32 note,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSignedCallOnce(Typehash.DECLINE, 4, subject, deadline, signature);
        _decline(subject, grantee, request_, note);
    }

    /// @inheritdoc IReplies
    function mute(address grantee, bool muted) external {
        Turn storage turn = _turnOf(Typehash.MUTE, msg.sender, grantee);
        turn.deadline = _turnNow(turn.deadline);
        _mute(msg.sender, grantee, muted);
    }

    /// @inheritdoc IReplies
    function muteSigned(address subject, address grantee, bool muted, uint40 deadline, bytes calldata signature)
        external
    {
        _requireSignedCall(Typehash.MUTE, 3, subject, deadline, signature);
        Turn storage turn = _turnOf(Typehash.MUTE, subject, grantee);
        turn.deadline = _turnAfter(turn.deadline, deadline);
        _mute(subject, grantee, muted);
    }

    /// @inheritdoc IReplies
    function muteTurnOf(address subject, address grantee) external view returns (uint40) {
        return _turnOf(Typehash.MUTE, subject, grantee).deadline;
    }

    function _decline(address subject, address grantee, bytes32 request_, bytes32 note) private {
        _record(Declined.selector, subject, grantee, request_, note);
    }

    function _mute(address subject, address grantee, bool muted) private {
        _record(subject, 3, abi.encode(Muted.selector, subject, grantee, muted));
    }
}
