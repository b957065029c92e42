// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Answers about consents
/// @notice Questions beside `isActive`, which says no more than yes or no.
interface IAnswers {
    /// @notice What stands in the way of what `isActive` was asked.
    /// @return 0 nothing stands in the way, `isActive`; 1 there is no such consent; 2 revoked; 3 renounced; 4 superseded;
    /// 5 armed, and the glass is not broken; 6 expired; 7 not yet begun; 9 armed, and used up; 16 it does not give this
    /// op; 17 the reader is neither the grantee nor a member; 18 the member's role does not suffice.
    function whyNot(address subject, address grantee, address reader, bytes32 scope, uint32 op)
        external
        view
        returns (uint8);
}
