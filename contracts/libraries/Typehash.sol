// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev EIP-712 type hashes of every signed act. The order of the fields is the order in which a wallet shows them.
/// The contract only ever sees the struct hash of Scope: the words stay with those who signed and those who were told.
/// Each is the hash of one literal, types that it nests written out behind it, so that the compiler computes it: put
/// together from constants it would be computed by everybody who grants, at some 400 gas.
library Typehash {
    bytes32 internal constant GRANT = keccak256(
        "Grant(Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant GRANT_MANY = keccak256(
        "GrantMany(Grant[] grants)"
        "Grant(Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant RENEW = keccak256(
        "Renew(Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant REPLACE = keccak256(
        "Replace(Scope scope,bytes32 replaces,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant REVOKE =
        keccak256("Revoke(address subject,address grantee,bytes32 scope,uint32 ceiling)");
    bytes32 internal constant REVOKE_MANY = keccak256(
        "RevokeMany(Revoke[] revokes)" "Revoke(address subject,address grantee,bytes32 scope,uint32 ceiling)"
    );
    bytes32 internal constant RENOUNCE =
        keccak256("Renounce(address subject,address grantee,bytes32 scope,uint32 version)");

    bytes32 internal constant ARM = keccak256(
        "Arm(uint8 times,uint8 hoursEach,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant BREAK_GLASS = keccak256(
        "BreakGlass(address by,address subject,address grantee,bytes32 scope,bytes32 note,uint32 version,uint64 generation,uint40 deadline)"
    );

    bytes32 internal constant APPOINT = keccak256(
        "Appoint(bool mayManage,Scope scope,address subject,address proxy,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant GRANT_BY_PROXY = keccak256(
        "GrantByProxy(address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 from,uint40 until,bytes32 capsule,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant RENEW_BY_PROXY = keccak256(
        "RenewByProxy(address proxy,bytes32 mandate,uint32 mandateVersion,uint64 proxyGeneration,Scope scope,address subject,address grantee,bool mayRead,bool mayAdd,uint32 ops,uint40 until,uint32 version,uint64 generation,uint40 deadline)"
        "Scope(string sentence,string language,string[] categories,string[] purposes,string[] documents,string[] terms,bytes32 salt)"
    );
    bytes32 internal constant REVOKE_BY_PROXY = keccak256(
        "RevokeByProxy(address proxy,bytes32 mandate,address subject,address grantee,bytes32 scope,uint32 ceiling,uint32 mandateVersion)"
    );
    bytes32 internal constant DECLINE_BY_PROXY = keccak256(
        "DeclineByProxy(address proxy,bytes32 mandate,address subject,address grantee,bytes32 request,bytes32 note,uint64 generation,uint40 deadline)"
    );

    bytes32 internal constant REQUEST =
        keccak256("Request(address grantee,address subject,bytes32 note,uint64 generation,uint40 deadline)");
    bytes32 internal constant DECLINE = keccak256(
        "Decline(address subject,address grantee,bytes32 request,bytes32 note,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant MUTE =
        keccak256("Mute(address subject,address grantee,bool muted,uint64 generation,uint40 deadline)");

    bytes32 internal constant PUBLISH_KEY = keccak256(
        "PublishKey(address account,bytes32 encryptionKey,address vaultAccount,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant CANCEL_SIGNED = keccak256("CancelSigned(address subject,uint64 generation)");
    bytes32 internal constant REKEY = keccak256("Rekey(address subject,bytes32 bundle,uint32 epoch)");
    bytes32 internal constant MOVED =
        keccak256("Moved(address subject,address newAccount,uint64 generation,uint40 deadline)");

    bytes32 internal constant ANCHOR = keccak256(
        "Anchor(address subject,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant ANCHOR_MANY = keccak256(
        "AnchorMany(Anchor[] anchors)"
        "Anchor(address subject,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant FILE = keccak256(
        "File(address author,address subject,address grantee,bytes32 scope,bytes32 document,bytes32 manifest,uint32 version,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant WITHDRAW =
        keccak256("Withdraw(address account,address subject,bytes32 document,uint32 version)");
    bytes32 internal constant REJECT = keccak256("Reject(address subject,bytes32 document,uint32 version)");

    bytes32 internal constant AVAILABILITY =
        keccak256("Availability(address provider,uint32 day,uint96 open,uint64 generation,uint40 deadline)");
    bytes32 internal constant AVAILABILITY_MANY = keccak256(
        "AvailabilityMany(Availability[] days)"
        "Availability(address provider,uint32 day,uint96 open,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant REQUEST_APPOINTMENT = keccak256(
        "RequestAppointment(address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant CONFIRM_APPOINTMENT = keccak256(
        "ConfirmAppointment(address account,address patient,address provider,bytes32 id,uint32 version,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant RESCHEDULE_APPOINTMENT = keccak256(
        "RescheduleAppointment(address account,address patient,address provider,bytes32 id,uint32 day,uint8 slot,uint8 length,bytes32 details,uint32 version,uint64 generation,uint40 deadline)"
    );
    bytes32 internal constant CANCEL_APPOINTMENT = keccak256(
        "CancelAppointment(address account,address patient,address provider,bytes32 id,uint32 version)"
    );
}
