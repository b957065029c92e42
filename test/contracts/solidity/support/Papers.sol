// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICareBatches} from "../../../../contracts/interfaces/ICareBatches.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {IRecords} from "../../../../contracts/interfaces/IRecords.sol";
import {DocumentRecord} from "../../../../contracts/types/DocumentRecord.sol";
import {Handler} from "./Handler.sol";
import {CLINIC, LENA, MAYA, NORA, CARL, who, signWith} from "./People.sol";
import {vm} from "./Vm.sol";

/// @dev Documents: anchored and withdrawn by their subject, filed by others under a consent that lets them contribute,
/// rejected by the subject. The model of a document is four numbers and who wrote it.
abstract contract Papers is Handler {
    struct Paper {
        uint256 status; // 0 none, 1 live, 2 withdrawn, 3 rejected
        uint256 version;
        address author;
        uint256 changed;
    }

    /// @dev What an act on a document was chosen to be.
    struct Paperwork {
        uint256 sender;
        uint256 author;
        uint256 subject;
        address grantee;
        bytes32 scope;
        bytes32 document;
        bytes32 manifest;
        uint256 version;
        uint40 deadline;
        uint256 signer;
        bool isSigned;
        bool mayPass;
    }

    mapping(address subject => mapping(bytes32 document => Paper)) internal papers;
    bytes32[3] internal documents = [keccak256("blood"), keccak256("image"), keccak256("letter")];
    uint256[5] internal authors = [LENA, CLINIC, NORA, CARL, MAYA];

    // ------------------------------------------------------------------ model

    function _packedPaper(Paper memory p) internal pure returns (uint256) {
        return p.status + p.version * 2 ** 8 + p.changed * 2 ** 40 + uint256(uint160(p.author)) * 2 ** 80;
    }

    /// @dev Whether `author` may write this version: the first one, or the next of what is live and theirs.
    function _mayWrite(Paper memory p, address author, uint256 version) internal pure returns (bool) {
        if (version != p.version + 1) return false;
        return p.version == 0 || (p.status == 1 && p.author == author);
    }

    function _write(Paper storage p, address author) internal {
        p.status = 1;
        p.version = p.version + 1;
        p.author = author;
        p.changed = block.timestamp;
    }

    function _put(Paper storage p, uint256 status) private {
        p.status = status;
        p.version = p.version + 1;
        p.changed = block.timestamp;
    }

    /// @dev The record of a document as it will be.
    function _next(Paper memory p, uint256 status, address author) internal view returns (uint256) {
        return _packedPaper(Paper(status, p.version + 1, author, block.timestamp));
    }

    // ----------------------------------------------------------------- choosing

    function _paperwork() private returns (Paperwork memory x) {
        x.subject = _subject();
        x.document = documents[_pick(3)];
        x.manifest = keccak256(abi.encode("manifest", entropy));
        uint256 version = papers[who(x.subject)][x.document].version;
        x.version = _oneIn(6) ? version + _pick(3) : version + 1;
        x.deadline = _deadline();
        x.isSigned = _oneIn(2);
    }

    // --------------------------------------------------------------------- acts

    function anchor(uint256 seed) external chosenBy(seed) {
        Paperwork memory x = _paperwork();
        address s = who(x.subject);
        Paper storage p = papers[s][x.document];
        x.mayPass = _mayWrite(p, s, x.version);
        bytes memory told_ =
            abi.encode(IRecords.Anchored.selector, s, x.document, x.manifest, _next(p, 1, s));
        if (_sendAnchor(x, told_)) _write(p, s);
        _checkSome();
    }

    function _sendAnchor(Paperwork memory x, bytes memory told_) private returns (bool done) {
        address s = who(x.subject);
        if (!x.isSigned) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).anchor, (x.document, x.manifest, uint32(x.version)));
            return _actTold("anchor", x.subject, plain, x.mayPass, told_);
        }
        x.signer = _signer(x.subject);
        x.mayPass = x.mayPass && x.signer == x.subject && block.timestamp <= x.deadline;
        bytes memory signature = signWith(x.signer, _digest(_anchorWords(s, x)));
        bytes memory data = abi.encodeCall(
            ILedger(ledger).anchorSigned, (s, x.document, x.manifest, uint32(x.version), x.deadline, signature)
        );
        done = _actTold("anchorSigned", everybody[_pick(12)], data, x.mayPass, told_);
        if (done) _act("anchorSigned again", everybody[_pick(12)], data, false, 0);
    }

    function _anchorWords(address s, Paperwork memory x) private view returns (bytes32) {
        return keccak256(
            abi.encode(_typehash(ANCHOR), s, x.document, x.manifest, x.version, generations[s], x.deadline)
        );
    }

    /// @dev Several documents, or one of them several times: all of them or none, as they would do one after the other.
    function anchorMany(uint256 seed) external chosenBy(seed) {
        Paperwork memory x = _paperwork();
        ICareBatches.Anchoring[] memory many = new ICareBatches.Anchoring[](_oneIn(8) ? 0 : 1 + _pick(4));
        bytes32[] memory acts = new bytes32[](many.length);
        bytes[] memory told_ = new bytes[](many.length);
        x.mayPass = many.length != 0;
        Paper[3] memory later;
        for (uint256 d = 0; d < 3; d++) later[d] = papers[who(x.subject)][documents[d]];
        for (uint256 i = 0; i < many.length; i++) {
            uint256 d = _pick(3);
            x.version = _oneIn(12) ? later[d].version + _pick(3) : later[d].version + 1;
            x.document = documents[d];
            x.manifest = keccak256(abi.encode("manifest", entropy, i));
            many[i] = ICareBatches.Anchoring(x.document, x.manifest, uint32(x.version));
            acts[i] = _anchorWords(who(x.subject), x);
            if (!_mayWrite(later[d], who(x.subject), x.version)) x.mayPass = false;
            later[d] = Paper(1, later[d].version + 1, who(x.subject), block.timestamp);
            told_[i] = abi.encode(
                IRecords.Anchored.selector, who(x.subject), x.document, x.manifest, _packedPaper(later[d])
            );
        }
        if (_sendMany(x, many, acts, told_)) {
            for (uint256 i = 0; i < many.length; i++) _write(papers[who(x.subject)][many[i].document], who(x.subject));
        }
        _checkSome();
    }

    function _sendMany(Paperwork memory x, ICareBatches.Anchoring[] memory many, bytes32[] memory acts, bytes[] memory told_)
        private
        returns (bool)
    {
        if (!x.isSigned) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).anchorMany, (many));
            return _actTold("anchorMany", x.subject, plain, x.mayPass, told_);
        }
        x.signer = _signer(x.subject);
        x.mayPass = x.mayPass && x.signer == x.subject && block.timestamp <= x.deadline;
        bytes memory signature = signWith(x.signer, _digest(_manyWords("AnchorMany(Anchor[] anchors)", ANCHOR, acts)));
        bytes memory data =
            abi.encodeCall(ILedger(ledger).anchorManySigned, (x.deadline, who(x.subject), many, signature));
        return _actTold("anchorManySigned", everybody[_pick(12)], data, x.mayPass, told_);
    }

    /// @dev By a grantee, a member of one, or somebody who may not.
    function file(uint256 seed) external chosenBy(seed) {
        Paperwork memory x = _paperwork();
        x.author = _oneIn(6) ? everybody[_pick(12)] : authors[_pick(5)];
        (x.grantee, x.scope) = (who(_oneIn(2) && x.author != CARL ? x.author : CLINIC), _scope());
        for (uint256 i = 0; i < 6 && !_oneIn(8); i++) {
            // Mostly under a consent by which they may.
            (address g, bytes32 k) = (who(grantees[i % 2]), scopes[i / 2]);
            if (_mayDo(who(x.subject), g, who(x.author), k, ADD_OP)) (x.grantee, x.scope) = (g, k);
        }
        Paper storage p = papers[who(x.subject)][x.document];
        x.mayPass = _mayDo(who(x.subject), x.grantee, who(x.author), x.scope, ADD_OP)
            && _mayWrite(p, who(x.author), x.version);
        if (_sendFiling(x, _filed(x, p))) _write(p, who(x.author));
        _checkSome();
    }

    function _filed(Paperwork memory x, Paper memory p) private view returns (bytes memory) {
        return abi.encode(
            IRecords.Filed.selector,
            who(x.subject),
            x.document,
            x.manifest,
            x.grantee,
            x.scope,
            _next(p, 1, who(x.author))
        );
    }

    function _sendFiling(Paperwork memory x, bytes memory told_) private returns (bool) {
        address s = who(x.subject);
        uint32 version = uint32(x.version);
        if (!x.isSigned) {
            bytes memory plain = abi.encodeCall(
                ILedger(ledger).fileRecord, (s, x.grantee, x.scope, x.document, x.manifest, version)
            );
            return _actTold("file", x.author, plain, x.mayPass, told_);
        }
        x.signer = _signer(x.author);
        x.mayPass = x.mayPass && x.signer == x.author && block.timestamp <= x.deadline;
        bytes memory signature = signWith(x.signer, _digest(_filingWords(x)));
        bytes memory data = _filingData(x, signature);
        return _actTold("fileSigned", everybody[_pick(12)], data, x.mayPass, told_);
    }

    function _filingWords(Paperwork memory x) private view returns (bytes32) {
        bytes memory first = abi.encode(_typehash(FILE), who(x.author), who(x.subject), x.grantee, x.scope);
        bytes memory second = abi.encode(x.document, x.manifest, x.version, generations[who(x.author)], x.deadline);
        return keccak256(bytes.concat(first, second));
    }

    function _filingData(Paperwork memory x, bytes memory signature) private view returns (bytes memory) {
        return abi.encodeCall(
            ILedger(ledger).fileSigned,
            (
                who(x.author),
                who(x.subject),
                x.grantee,
                x.scope,
                x.document,
                x.manifest,
                uint32(x.version),
                x.deadline,
                signature
            )
        );
    }

    function withdraw(uint256 seed) external chosenBy(seed) {
        Paperwork memory x = _paperwork();
        x.sender = _oneIn(3) ? x.subject : _oneIn(5) ? everybody[_pick(12)] : authors[_pick(5)];
        address s = who(x.subject);
        Paper storage p = papers[s][x.document];
        x.mayPass = p.status == 1 && (who(x.sender) == s || who(x.sender) == p.author);
        bytes memory told_ =
            abi.encode(IRecords.Withdrawn.selector, s, x.document, _next(p, 2, p.author), who(x.sender));
        bool done;
        if (x.isSigned) {
            (x.signer, x.version) = (_signer(x.sender), _oneIn(8) ? p.version + 1 : p.version);
            x.mayPass = x.mayPass && x.signer == x.sender && x.version == p.version;
            bytes32 words = keccak256(abi.encode(_typehash(WITHDRAW), who(x.sender), s, x.document, x.version));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).withdrawSigned, (who(x.sender), s, x.document, signWith(x.signer, _digest(words)))
            );
            done = _actTold("withdrawSigned", everybody[_pick(12)], data, x.mayPass, told_);
        } else {
            bytes memory plain = abi.encodeCall(ILedger(ledger).withdraw, (s, x.document));
            done = _actTold("withdraw", x.sender, plain, x.mayPass, told_);
        }
        if (done) _put(p, 2);
        _checkSome();
    }

    /// @dev By the subject, of what others filed; or by somebody else, of what is their own or does not exist.
    function reject(uint256 seed) external chosenBy(seed) {
        Paperwork memory x = _paperwork();
        if (_oneIn(6)) x.subject = everybody[_pick(12)];
        address s = who(x.subject);
        Paper storage p = papers[s][x.document];
        x.mayPass = p.status == 1 && p.author != s;
        bytes memory told_ = abi.encode(IRecords.Rejected.selector, s, x.document, _next(p, 3, p.author));
        bool done;
        if (x.isSigned) {
            (x.signer, x.version) = (_signer(x.subject), _oneIn(8) ? p.version + 1 : p.version);
            x.mayPass = x.mayPass && x.signer == x.subject && x.version == p.version;
            bytes32 words = keccak256(abi.encode(_typehash(REJECT), s, x.document, x.version));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).rejectSigned, (s, x.document, signWith(x.signer, _digest(words)))
            );
            done = _actTold("rejectSigned", everybody[_pick(12)], data, x.mayPass, told_);
        } else {
            bytes memory plain = abi.encodeCall(ILedger(ledger).reject, (x.document));
            done = _actTold("reject", x.subject, plain, x.mayPass, told_);
        }
        if (done) _put(p, 3);
        _checkSome();
    }

    function _checkPapers() internal view {
        for (uint256 s = 0; s < 2; s++) {
            for (uint256 d = 0; d < 3; d++) {
                address subject = who(subjects[s]);
                uint256 kept = DocumentRecord.unwrap(ledger.documentOf(subject, documents[d]));
                require(kept == _packedPaper(papers[subject][documents[d]]), "a document is not the model's");
            }
        }
    }
}
