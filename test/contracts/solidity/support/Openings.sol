// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {Handler} from "./Handler.sol";
import {who, signWith} from "./People.sol";

/// @dev Acts that open: whoever sends them, they pass with the subject's words for this version and generation only.
abstract contract Openings is Handler {
    /// @dev A signed act that a relayer keeps, to send it when it likes, as often as it likes.
    struct Held {
        IConsents.Grant terms;
        uint256 signer;
        uint256 version;
        uint256 generation;
        bytes signature;
    }

    Held[] internal held;

    function grant(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IConsents.Grant memory terms = _terms(subject, _grantee(), 0);
        Told storage c = told[terms.subject][terms.grantee][terms.scope];
        Held memory act = Held({
            terms: terms,
            signer: _signer(subject),
            version: _oneIn(8) ? c.version + 1 - _pick(2) * 2 * (c.version == 0 ? 0 : 1) : c.version,
            generation: _oneIn(10) ? generations[terms.subject] + 1 : generations[terms.subject],
            signature: ""
        });
        act.signature = signWith(act.signer, _digest(_grantWords(terms, act.version, act.generation)));
        if (_oneIn(2)) _sendGrant("grant", act);
        if (_oneIn(2)) held.push(act);
        _checkSome();
    }

    /// @dev Replayed, reordered, too late, or at last.
    function grantHeldBack(uint256 seed) external chosenBy(seed) {
        if (held.length != 0) _sendGrant("grant held back", held[_pick(held.length)]);
        _checkSome();
    }

    function _sendGrant(string memory name, Held memory act) private {
        IConsents.Grant memory t = act.terms;
        bytes memory data = abi.encodeCall(ILedger(ledger).grant, (t, act.signature));
        if (_act(name, everybody[_pick(12)], data, _mayGrant(act), 1)) {
            _open(told[t.subject][t.grantee][t.scope], 1, t.ops, t.notBefore, t.expiresAt, 0);
        }
    }

    function _mayGrant(Held memory act) internal view returns (bool) {
        IConsents.Grant memory t = act.terms;
        Told memory c = told[t.subject][t.grantee][t.scope];
        return _areGood(t, ORDINARY_OPS) && !_stands(c) && who(act.signer) == t.subject && act.version == c.version
            && act.generation == generations[t.subject] && c.version < TOP;
    }

    /// @dev Several grants under one signature: all, or none.
    function grantMany(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IConsents.Grant[] memory terms = new IConsents.Grant[](_oneIn(10) ? 0 : 1 + _pick(3));
        bytes32[] memory acts = new bytes32[](terms.length);
        bool mayPass = terms.length != 0;
        for (uint256 i = 0; i < terms.length; i++) {
            terms[i] = _terms(_oneIn(15) ? _subject() : subject, _grantee(), 0);
            IConsents.Grant memory t = terms[i];
            Told storage c = told[t.subject][t.grantee][t.scope];
            acts[i] = _grantWords(t, c.version, generations[t.subject]);
            if (t.subject != terms[0].subject || !_areGood(t, ORDINARY_OPS) || _stands(c)) mayPass = false;
            for (uint256 j = 0; j < i; j++) {
                if (terms[j].grantee == t.grantee && terms[j].scope == t.scope) mayPass = false;
            }
        }
        uint256 signer = _signer(subject);
        if (terms.length != 0 && who(signer) != terms[0].subject) mayPass = false;
        bytes32 words = keccak256(
            abi.encode(
                _typehashWithScope(string.concat("GrantMany(Grant[] grants)", GRANT)),
                keccak256(abi.encodePacked(acts))
            )
        );
        bytes memory data = abi.encodeCall(ILedger(ledger).grantMany, (terms, signWith(signer, _digest(words))));
        if (_act("grantMany", everybody[_pick(12)], data, mayPass, terms.length)) {
            for (uint256 i = 0; i < terms.length; i++) {
                IConsents.Grant memory t = terms[i];
                _open(told[t.subject][t.grantee][t.scope], 1, t.ops, t.notBefore, t.expiresAt, 0);
            }
        }
        _checkSome();
    }

    function renew(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        x.subject = _subject();
        (x.s, x.g, x.scope) = (who(x.subject), who(_grantee()), _scope());
        Told storage c = told[x.s][x.g][x.scope];
        (x.until, x.deadline) = (block.timestamp + _pick(5) * 2 hours, _deadline());
        (x.signer, x.version) = (_signer(x.subject), _oneIn(10) ? c.version + 1 : c.version);
        x.words = _renewWords(x, c.ops);
        x.mayPass = _isOrdinary(c) && x.until > block.timestamp && x.until > c.from && block.timestamp <= x.deadline
            && x.signer == x.subject && x.version == c.version && c.version < TOP;
        bytes memory data = abi.encodeCall(
            ILedger(ledger).renew,
            (x.s, x.g, x.scope, uint40(x.until), x.deadline, signWith(x.signer, _digest(x.words)))
        );
        if (_act("renew", everybody[_pick(12)], data, x.mayPass, 1)) _extend(c, x.until);
        _checkSome();
    }

    function _renewWords(Chosen memory x, uint256 ops) private view returns (bytes32) {
        bytes memory first =
            abi.encode(_typehashWithScope(RENEW), x.scope, x.s, x.g, _mayRead(ops), _mayAdd(ops), ops);
        return keccak256(bytes.concat(first, abi.encode(x.until, x.version, generations[x.s], x.deadline)));
    }

    function replace(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IConsents.Grant memory t = _terms(subject, _grantee(), 0);
        bytes32 replaced = _scope();
        Told storage former = told[t.subject][t.grantee][replaced];
        Told storage c = told[t.subject][t.grantee][t.scope];
        uint256 signer = _signer(subject);
        bytes32 words = _replaceWords(replaced, t, former.version, generations[t.subject]);
        bool mayPass = _areGood(t, ORDINARY_OPS) && c.version == 0 && _isOrdinary(former) && signer == subject;
        bytes memory data = abi.encodeCall(ILedger(ledger).replace, (replaced, t, signWith(signer, _digest(words))));
        if (_act("replace", everybody[_pick(12)], data, mayPass, 1)) {
            _close(former, 4, former.version + 1);
            _open(c, 1, t.ops, t.notBefore, t.expiresAt, 0);
        }
        _checkSome();
    }

    function arm(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IConsents.Grant memory t = _terms(subject, _grantee(), 0);
        Told storage c = told[t.subject][t.grantee][t.scope];
        uint8 times = uint8(_oneIn(6) ? _pick(2) * 10 : 1 + _pick(3));
        uint256 signer = _signer(subject);
        bytes32 words = _armWords(t, times, c.version, generations[t.subject]);
        bool mayPass = times > 0 && times < 10 && _areGood(t, ORDINARY_OPS) && !_stands(c) && verified[t.grantee]
            && signer == subject && c.version < TOP;
        bytes memory data = abi.encodeCall(ILedger(ledger).arm, (t, signWith(signer, _digest(words)), times));
        if (_act("arm", everybody[_pick(12)], data, mayPass, 1)) {
            _open(c, 5, t.ops, t.notBefore, t.expiresAt, times);
        }
        _checkSome();
    }

    function appoint(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IConsents.Grant memory t = _terms(subject, _grantee(), _oneIn(4) ? 0 : MANAGE_OP);
        t.expiresAt += uint40(_pick(3) * 1 days);
        Told storage c = told[t.subject][t.grantee][t.scope];
        uint256 signer = _signer(subject);
        bytes32 words = _appointWords(t, c.version, generations[t.subject]);
        bool mayPass = (t.ops / MANAGE_OP) % 2 == 1 && _areGood(t, ORDINARY_OPS + MANAGE_OP) && !_stands(c)
            && signer == subject && c.version < TOP;
        bytes memory data = abi.encodeCall(ILedger(ledger).appoint, (t, signWith(signer, _digest(words))));
        if (_act("appoint", everybody[_pick(12)], data, mayPass, 1)) {
            _open(c, 1, t.ops, t.notBefore, t.expiresAt, 0);
        }
        _checkSome();
    }
}
