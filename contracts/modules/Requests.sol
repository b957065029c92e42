// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRequests} from "../interfaces/IRequests.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev Asking holds nothing and opens nothing: a request is an act of the one who asks.
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

    function _request(address grantee, address subject, bytes32 note) private {
        if (subject == address(0) || subject == grantee) revert BadAddress();
        _record(grantee, 3, abi.encode(Requested.selector, grantee, subject, note));
    }
}
