// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMoves} from "../interfaces/IMoves.sol";
import {Typehash} from "../libraries/Typehash.sol";
import {LedgerState} from "./LedgerState.sol";

/// @dev A statement of both accounts. While there is a vault account it alone speaks for the old one: who stole a wallet
/// cannot send others after them.
abstract contract Moves is IMoves, LedgerState {
    /// @inheritdoc IMoves
    function declareMove(
        address subject,
        address newAccount,
        uint40 deadline,
        bytes calldata signature,
        bytes calldata newSignature
    ) external {
        _requireInTime(deadline);
        Account storage account = _accounts[subject];
        address by = account.vaultAccount == address(0) ? subject : account.vaultAccount;
        if (newAccount == address(0) || newAccount == subject || newAccount == by) revert BadAddress();
        bytes32 act = _actOfCall(Typehash.MOVED, 2, abi.encode(account.generation, deadline));
        _requireSigned(by, act, signature);
        _requireSigned(newAccount, act, newSignature);
        uint64 generation = ++account.generation;
        _record(subject, 3, abi.encode(Moved.selector, subject, newAccount, generation, by));
    }
}
