// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Signed acts
/// @notice An act can be sent by anyone who holds its signature: EIP-712 typed data of this contract on this chain,
/// signed by the account's key (ECDSA, 65 bytes, low s) or accepted by the account's code (ERC-1271). The key is tried
/// first, so that an EIP-7702 account keeps signing with it.
/// @dev A signature names the version of the record that it acts on, or the account's generation, or both: it is good
/// once. The few acts that would do something twice are remembered by digest and refused the second time. Those of which
/// the last one counts (a key, open hours, a wish to hear no requests) take turns by their deadlines: a signed one is
/// refused that has no later deadline than each before it. One that its account sends itself counts as signed just then for
/// an hour. So nobody who sends acts can put an earlier one in the place of a later.
interface ISignedActs {
    /// @notice The signature is not one of this account over exactly this act, version and generation.
    error BadSignature();
    /// @notice The block's time is later than the deadline that was signed.
    error DeadlinePassed(uint40 deadline);
    /// @notice This signed act was carried out before.
    error AlreadySent();
    /// @notice An act of this kind with the deadline `turn` was carried out, and this one's is not later: it is the same
    /// one again, or was signed before that.
    error OutOfTurn(uint40 turn);
    /// @notice An address that cannot take part: zero, or the same one on both sides.
    error BadAddress();

    /// @notice How often `account` cancelled its unsent signatures. Every signed act that opens something names it.
    /// @param account Who signs.
    /// @return The generation that a signature must name now.
    function generationOf(address account) external view returns (uint64);
}
