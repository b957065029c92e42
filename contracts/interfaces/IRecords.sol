// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DocumentRecord} from "../types/DocumentRecord.sol";
import {Stamp} from "../types/Stamp.sol";

interface IRecords {
    event Anchored(address indexed subject, bytes32 indexed document, bytes32 manifest, DocumentRecord record, Stamp stamp, bytes32 head); // version 1 or more
    event Filed(address indexed subject, address indexed author, bytes32 indexed document, bytes32 manifest, address grantee, bytes32 scope, DocumentRecord record, Stamp stamp, bytes32 head);
    event Withdrawn(address indexed subject, bytes32 indexed document, DocumentRecord record, address by, Stamp stamp, bytes32 head); // by author or subject
    event Rejected(address indexed subject, bytes32 indexed document, DocumentRecord record, Stamp stamp, bytes32 head); // by the subject, of a filed document

    error WrongVersion(uint32 expected);
    error NotAuthor();
    error NotPermitted(); // no live consent with CONTRIBUTE
    error DocumentEnded();

    /// version 1 anchors a new document, n+1 supersedes version n.
    function anchor(bytes32 document, bytes32 manifest, uint32 version) external; // sender: subject
    function anchorSigned(address subject, bytes32 document, bytes32 manifest, uint32 version, uint40 deadline, bytes calldata signature) external;
    /// sender: the reader (grantee itself, or a member of the grantee organisation) under a live consent with CONTRIBUTE
    function file(address subject, address grantee, bytes32 scope, bytes32 document, bytes32 manifest, uint32 version) external;
    function fileSigned(address author, address subject, address grantee, bytes32 scope, bytes32 document, bytes32 manifest, uint32 version, uint40 deadline, bytes calldata signature) external;
    function withdraw(address subject, bytes32 document) external;
    function withdrawSigned(address account, address subject, bytes32 document, bytes calldata signature) external;
    function reject(bytes32 document) external;
    function rejectSigned(address subject, bytes32 document, bytes calldata signature) external;
    function documentOf(address subject, bytes32 document) external view returns (DocumentRecord);
}
