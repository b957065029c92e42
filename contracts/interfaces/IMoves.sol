// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stamp} from "../types/Stamp.sol";

/// @title Moving to another account
/// @notice How somebody who lost or left an account says where they are now.
interface IMoves {
    /// @notice The person behind `subject` acts as `newAccount` from now on, says `by`: the vault account, or the subject
    /// where none is appointed. A statement and nothing more: no consent, document or right passes over. All signatures of
    /// `subject` that name an earlier generation are void.
    event Moved(
        address indexed subject,
        address indexed newAccount,
        uint64 generation,
        address by,
        Stamp stamp,
        bytes32 head
    );

    /// @notice Says that the person behind `subject` acts as `newAccount` from now on:
    /// Moved(subject, newAccount, generation, deadline), generation being the subject's, signed by both sides. Good once,
    /// since it raises the generation.
    /// @dev Where a vault account is appointed, it alone can say so: whoever stole the wallet cannot send others after them.
    /// @param signature By the subject's vault account, or the subject where none is appointed.
    /// @param newSignature By the new account.
    function declareMove(
        address subject,
        address newAccount,
        uint40 deadline,
        bytes calldata signature,
        bytes calldata newSignature
    ) external;
}
