// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {ISignedActs} from "../interfaces/ISignedActs.sol";
import {hashOf} from "../libraries/Assembly.sol";

/// @dev Who signed what, and what of an account decides whether a signature is still good. Wallets that are contracts
/// are asked by STATICCALL: they can look, burn the gas they are given, and change nothing.
abstract contract SignedActs is ISignedActs, EIP712 {
    /// @dev One slot per account: what every signed act has to look up.
    struct Account {
        address vaultAccount;
        uint32 epoch;
        uint64 generation;
    }

    struct Turn {
        uint40 deadline;
    }

    string private constant NAME = "Placet";
    string private constant VERSION = "1";

    /// @dev What an act that its account sends itself counts for beside signed ones: as signed just now, with the deadline
    /// that is usual.
    uint256 private constant USUAL = 1 hours;

    mapping(address account => Account) internal _accounts;
    mapping(bytes32 digest => bool) private _sent;

    /// @dev By keccak256(abi.encode(type hash, account, generation, whom the act is about)).
    mapping(bytes32 place => Turn) private _turns;

    constructor() EIP712(NAME, VERSION) {}

    /// @dev As OpenZeppelin's, from the same two strings, without its code for strings too long for a word.
    function eip712Domain()
        public
        view
        override
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", NAME, VERSION, block.chainid, address(this), 0, new uint256[](0));
    }

    /// @inheritdoc ISignedActs
    function generationOf(address account) public view returns (uint64) {
        return _accounts[account].generation;
    }

    /// @dev Requires that `signer` signed this struct; returns the digest that was signed.
    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature)
        internal
        view
        returns (bytes32 digest)
    {
        digest = _hashTypedDataV4(structHash);
        if (!_isSignedBy(signer, digest, signature)) revert BadSignature();
    }

    /// @dev Requires that `signer` signed this call, in time: its first words, the signer's generation and the deadline.
    /// @return digest What was signed.
    function _requireSignedCall(
        bytes32 typehash,
        uint256 words,
        address signer,
        uint40 deadline,
        bytes calldata signature
    ) internal view returns (bytes32 digest) {
        _requireInTime(deadline);
        bytes32 act = _actOfCall(typehash, words, abi.encode(generationOf(signer), deadline));
        return _requireSigned(signer, act, signature);
    }

    /// @dev The same for an act on a record of this version.
    function _requireSignedCall(
        bytes32 typehash,
        uint256 words,
        uint32 version,
        address signer,
        uint40 deadline,
        bytes calldata signature
    ) internal view {
        _requireInTime(deadline);
        _requireSigned(signer, _actOfCall(typehash, words, abi.encode(version, generationOf(signer), deadline)), signature);
    }

    /// @dev The same for an act that would do something twice: it is remembered.
    function _requireSignedCallOnce(
        bytes32 typehash,
        uint256 words,
        address signer,
        uint40 deadline,
        bytes calldata signature
    ) internal {
        _spend(_requireSignedCall(typehash, words, signer, deadline, signature));
    }

    /// @dev Requires that this digest was not spent before, and spends it.
    function _spend(bytes32 digest) internal {
        if (_sent[digest]) revert AlreadySent();
        _sent[digest] = true;
    }

    /// @dev Where the turn of acts of this kind is kept, of which the last one counts. A new generation begins anew: nothing
    /// that was signed in an earlier one can be sent.
    function _turnOf(bytes32 typehash, address account, address about) internal view returns (Turn storage) {
        return _turns[keccak256(abi.encode(typehash, account, generationOf(account), about))];
    }

    /// @dev The turn of a signed act after the present one: whoever sends acts can leave one out, and not put an earlier
    /// one in the place of a later.
    function _turnAfter(uint40 present, uint40 deadline) internal pure returns (uint40) {
        if (deadline <= present) revert OutOfTurn(present);
        return deadline;
    }

    /// @dev The turn of an act that its account sends itself: it is never refused.
    function _turnNow(uint40 present) internal view returns (uint40) {
        uint40 usual = uint40(block.timestamp + USUAL);
        return usual > present ? usual : present;
    }

    /// @dev Requires that `subject` or their vault account signed this struct; returns which of the two. Both keys come
    /// before any code: whoever stole a wallet may give it code that burns all gas, and the vault account ends things still.
    function _requireSubjectOrVault(address subject, bytes32 structHash, bytes calldata signature)
        internal
        view
        returns (address by)
    {
        bytes32 digest = _hashTypedDataV4(structHash);
        if (_isSignedByKey(subject, digest, signature)) return subject;
        by = _accounts[subject].vaultAccount;
        if (_isSignedByKey(by, digest, signature)) return by;
        if (_isSignedByCode(subject, digest, signature)) return subject;
        if (!_isSignedByCode(by, digest, signature)) revert BadSignature();
    }

    /// @dev The struct hash of an act whose first fields are the first words of this very call, as the decoder let them
    /// pass: a signed act names its fields in the order of its function's parameters. `rest` are the fields after them.
    function _actOfCall(bytes32 typehash, uint256 words, bytes memory rest) internal pure returns (bytes32) {
        return keccak256(bytes.concat(typehash, msg.data[4:4 + 32 * words], rest));
    }

    /// @dev The same, where the rest is one number.
    function _actOfCall(bytes32 typehash, uint256 words, uint256 number) internal pure returns (bytes32) {
        return _actOfCall(typehash, words, abi.encode(number));
    }

    /// @dev Requires that there is something in a batch.
    function _requireSome(uint256 count) internal pure {
        if (count == 0) revert IBatches.EmptyBatch();
    }

    /// @dev Room for the struct hashes of so many acts, at least one.
    function _hashesFor(uint256 count) internal pure returns (bytes32[] memory) {
        _requireSome(count);
        return new bytes32[](count);
    }

    /// @dev The struct hash of an act that is an array of other acts: `type(Act[] acts)`.
    function _hashOfMany(bytes32 typehash, bytes32[] memory acts) internal pure returns (bytes32) {
        return keccak256(abi.encode(typehash, hashOf(acts)));
    }

    /// @dev The deadline itself is still in time.
    function _requireInTime(uint40 deadline) internal view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
    }

    /// @dev The key first, then the code: an EIP-7702 account has code and may still sign with its key only.
    function _isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        return _isSignedByKey(signer, digest, signature) || _isSignedByCode(signer, digest, signature);
    }

    function _isSignedByKey(address signer, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == signer;
    }

    function _isSignedByCode(address signer, bytes32 digest, bytes calldata signature) private view returns (bool) {
        return signer.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
