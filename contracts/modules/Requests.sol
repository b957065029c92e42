// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRequests} from "../interfaces/IRequests.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev Asking holds nothing and opens nothing: a request is an act of the one who asks, an answer one of the subject.
abstract contract Requests is IRequests, LedgerState {
    /// @inheritdoc IRequests
    function request(address subject, bytes32 note) external {
        _request(msg.sender, subject, note);
    }

    /// @inheritdoc IRequests
    function requestSigned(address grantee, address subject, bytes32 note, uint40 deadline, bytes calldata signature)
        external
    {
        _requireSignedCallOnce(Typehash.REQUEST, 3, grantee, deadline, signature);
        _request(grantee, subject, note);
    }

    /// @inheritdoc IRequests
    function decline(address grantee, bytes32 request_, bytes32 note) external {
        _decline(msg.sender, grantee, request_, note);
    }

    /// @inheritdoc IRequests
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

    /// @inheritdoc IRequests
    function mute(address grantee, bool muted) external {
        _mute(msg.sender, grantee, muted);
    }

    /// @inheritdoc IRequests
    function muteSigned(address subject, address grantee, bool muted, uint40 deadline, bytes calldata signature)
        external
    {
        _requireSignedCallOnce(Typehash.MUTE, 3, subject, deadline, signature);
        _mute(subject, grantee, muted);
    }

    function _request(address grantee, address subject, bytes32 note) private {
        if (subject == address(0) || subject == grantee) revert BadAddress();
        _record(grantee, 3, abi.encode(Requested.selector, grantee, subject, note));
    }

    function _decline(address subject, address grantee, bytes32 request_, bytes32 note) private {
        _record(Declined.selector, subject, grantee, request_, note);
    }

    function _mute(address subject, address grantee, bool muted) private {
        _record(subject, 3, abi.encode(Muted.selector, subject, grantee, muted));
    }
}
