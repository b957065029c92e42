// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";

/// @dev What people sign, stated once more and apart from the contracts: the types as text, their hashes computed here.
abstract contract Words {
    string internal constant SCOPE =
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)";
    string internal constant GRANT =
        "Grant(Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant RENEW =
        "Renew(Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant REPLACE =
        "Replace(Scope scope,bytes32 replaces,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant REVOKE = "Revoke(address subject,address grantee,bytes32 scope,uint32 ceiling)";
    string internal constant RENOUNCE = "Renounce(address subject,address grantee,bytes32 scope,uint32 version)";
    string internal constant ARM =
        "Arm(uint8 times,uint8 hoursEach,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant BREAK_GLASS =
        "BreakGlass(address by,address subject,address grantee,bytes32 scope,bytes32 note,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant APPOINT =
        "Appoint(bool mayManage,Scope scope,address subject,address proxy,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant GRANT_BY_PROXY =
        "GrantByProxy(address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant RENEW_BY_PROXY =
        "RenewByProxy(address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant REVOKE_BY_PROXY =
        "RevokeByProxy(address proxy,bytes32 mandate,address subject,address grantee,bytes32 scope,uint32 ceiling,uint32 mandateVersion)";
    string internal constant DECLINE_BY_PROXY =
        "DeclineByProxy(address proxy,bytes32 mandate,address subject,address grantee,bytes32 request,bytes32 note,uint64 generation,uint40 deadline)";
    string internal constant ANCHOR =
        "Anchor(address subject,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant FILE =
        "File(address author,address subject,address grantee,bytes32 scope,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant WITHDRAW = "Withdraw(address account,address subject,bytes32 document,uint32 version)";
    string internal constant REJECT = "Reject(address subject,bytes32 document,uint32 version)";
    string internal constant AVAILABILITY =
        "Availability(address provider,uint32 day,uint96 open,uint64 generation,uint40 deadline)";
    string internal constant REQUEST_APPOINTMENT =
        "RequestAppointment(address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint64 generation,uint40 deadline)";
    string internal constant CONFIRM_APPOINTMENT =
        "ConfirmAppointment(address account,address patient,address provider,bytes32 id,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant RESCHEDULE_APPOINTMENT =
        "RescheduleAppointment(address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint32 version,uint64 generation,uint40 deadline)";
    string internal constant CANCEL_APPOINTMENT =
        "CancelAppointment(address account,address patient,address provider,bytes32 id,uint32 version)";
    string internal constant CANCEL_SIGNED = "CancelSigned(address subject,uint64 generation)";
    string internal constant REKEY = "Rekey(address subject,bytes32 bundle,uint32 epoch)";
    string internal constant MOVED = "Moved(address subject,address newAccount,uint64 generation,uint40 deadline)";
    string internal constant MUTE =
        "Mute(address subject,address grantee,bool muted,uint64 generation,uint40 deadline)";
    string internal constant PUBLISH_KEY =
        "PublishKey(address account,bytes32 encryptionKey,address vaultAccount,uint64 generation,uint40 deadline)";

    /// @dev The verifying contract.
    address internal signedFor;

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Placet"),
                keccak256("1"),
                block.chainid,
                signedFor
            )
        );
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    function _typehash(string memory act) internal pure returns (bytes32) {
        return keccak256(bytes(act));
    }

    /// @dev The hash of a type that nests the scope.
    function _typehashWithScope(string memory act) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes(act), bytes(SCOPE)));
    }

    function _mayRead(uint256 ops) internal pure returns (bool) {
        return ops % 2 == 1;
    }

    function _mayAdd(uint256 ops) internal pure returns (bool) {
        return ops >= 2 ** 31;
    }

    function _grantWords(IConsents.Grant memory t, uint256 version, uint256 generation) internal pure returns (bytes32) {
        return keccak256(bytes.concat(_typehashWithScope(GRANT), _grantFields(t, version, generation)));
    }

    /// @dev The fields of a grant, as they stand in every act that grants something.
    function _grantFields(IConsents.Grant memory t, uint256 version, uint256 generation)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory first = abi.encode(t.scope, t.subject, t.grantee, _mayRead(t.ops), _mayAdd(t.ops), t.ops);
        return bytes.concat(first, abi.encode(t.notBefore, t.expiresAt, t.capsule, version, generation, t.deadline));
    }

    function _armWords(IConsents.Grant memory t, uint256 times, uint256 version, uint256 generation)
        internal
        pure
        returns (bytes32)
    {
        bytes memory own = abi.encode(_typehashWithScope(ARM), times, uint256(4));
        return keccak256(bytes.concat(own, _grantFields(t, version, generation)));
    }

    function _appointWords(IConsents.Grant memory t, uint256 version, uint256 generation)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(abi.encode(_typehashWithScope(APPOINT), true), _grantFields(t, version, generation))
        );
    }

    function _replaceWords(bytes32 replaced, IConsents.Grant memory t, uint256 version, uint256 generation)
        internal
        pure
        returns (bytes32)
    {
        bytes memory first = abi.encode(_typehashWithScope(REPLACE), t.scope, replaced, t.subject, t.grantee);
        bytes memory second = abi.encode(_mayRead(t.ops), _mayAdd(t.ops), t.ops, t.notBefore, t.expiresAt);
        return keccak256(bytes.concat(first, second, abi.encode(t.capsule, version, generation, t.deadline)));
    }

    /// @dev The hash of an act that is an array of others: its own type, that of the others, and their hashes.
    function _manyWords(string memory own, string memory each, bytes32[] memory acts) internal pure returns (bytes32) {
        return keccak256(abi.encode(_typehash(string.concat(own, each)), keccak256(abi.encodePacked(acts))));
    }

    /// @dev What a proxy's act names of the mandate under which it is done.
    function _mandateFields(string memory act, address proxy, bytes32 mandate, uint256 version, uint256 generation)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encode(_typehashWithScope(act), proxy, mandate, version, generation);
    }
}
