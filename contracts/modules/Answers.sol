// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAnswers} from "../interfaces/IAnswers.sol";
import {ACTIVE, ConsentRecord, NONE, OPEN} from "../types/ConsentRecord.sol";
import {ConsentBase} from "./ConsentBase.sol";

/// @dev `whyNot` is zero exactly where `isActive` is true: both ask the record, and then the same about the reader.
abstract contract Answers is IAnswers, ConsentBase {
    /// @inheritdoc IAnswers
    function whyNot(address subject, address grantee, address reader, bytes32 scope, uint32 op)
        external
        view
        returns (uint8)
    {
        ConsentRecord record = _consentAt(subject, grantee, scope).record;
        uint8 status = record.effectiveStatusAt(block.timestamp);
        if (status == NONE) return NO_CONSENT;
        if (status != ACTIVE && status != OPEN) return status;
        if (op == 0 || record.ops() & op != op) return OP_NOT_GIVEN;
        return _objectionTo(reader, grantee, record, op);
    }
}
