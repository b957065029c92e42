// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatches} from "../../../../contracts/interfaces/IBatches.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {Openings} from "./Openings.sol";
import {who, signWith} from "./People.sol";

/// @dev Acts that end. A subject's revoke passes always; what a subject or their vault account signed passes wherever
/// the record has not risen above its ceiling.
abstract contract Endings is Openings {
    struct HeldRevoke {
        address subject;
        address grantee;
        bytes32 scope;
        uint256 ceiling;
        uint256 signer;
        bytes signature;
    }

    HeldRevoke[] internal heldRevokes;

    /// @dev A plain revoke by anybody: of what is theirs, and of nothing else.
    function revoke(uint256 seed) external chosenBy(seed) {
        uint256 sender = _oneIn(5) ? everybody[_pick(12)] : _subject();
        (address g, bytes32 scope) = (who(_grantee()), _scope());
        Told storage c = told[who(sender)][g][scope];
        _act("revoke", sender, abi.encodeCall(ILedger(ledger).revoke, (g, scope)), true, 1);
        _close(c, 2, c.version + 1);
        require(!ledger.isActive(who(sender), g, g, scope, 1), "a revoke ends access in the same block");
        _checkSome();
    }

    function revokeSigned(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        HeldRevoke memory act = HeldRevoke({
            subject: who(subject), grantee: who(_grantee()), scope: _scope(), ceiling: 0, signer: 0, signature: ""
        });
        uint256 version = told[act.subject][act.grantee][act.scope].version;
        act.ceiling = _oneIn(200) ? TOP : version == 0 || _oneIn(2) ? version + _pick(9) : version - 1;
        act.signer = _oneIn(2) ? _signer(subject) : _vaultKey(subject) == 0 ? subject : _vaultKey(subject);
        act.signature = signWith(
            act.signer,
            _digest(keccak256(abi.encode(_typehash(REVOKE), act.subject, act.grantee, act.scope, act.ceiling)))
        );
        if (_oneIn(2)) _sendRevoke("revokeSigned", act);
        if (_oneIn(2)) heldRevokes.push(act);
        _checkSome();
    }

    function revokeHeldBack(uint256 seed) external chosenBy(seed) {
        if (heldRevokes.length != 0) {
            _sendRevoke("revoke held back", heldRevokes[_pick(heldRevokes.length)]);
        }
        _checkSome();
    }

    function _sendRevoke(string memory name, HeldRevoke memory act) private {
        Told storage c = told[act.subject][act.grantee][act.scope];
        bool isTheirs = who(act.signer) == act.subject || who(act.signer) == vaults[act.subject];
        bool mayPass = isTheirs && _isReached(c, act.ceiling);
        bytes memory data = abi.encodeCall(
            ILedger(ledger).revokeSigned,
            (act.subject, act.grantee, act.scope, uint32(act.ceiling), act.signature)
        );
        if (_act(name, everybody[_pick(12)], data, mayPass, 1)) {
            _close(c, 2, act.ceiling + 1);
            require(
                !ledger.isActive(act.subject, act.grantee, act.grantee, act.scope, 1),
                "a signed revoke ends access in the same block"
            );
        }
    }

    function _isReached(Told memory c, uint256 ceiling) internal view returns (bool) {
        return c.version <= ceiling && (c.version < TOP || _stands(c));
    }

    /// @dev Several revokes in one act, plain: as if sent one by one.
    function revokeMany(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IBatches.Ended[] memory ends = new IBatches.Ended[](1 + _pick(3));
        for (uint256 i = 0; i < ends.length; i++) ends[i] = IBatches.Ended(_scope(), who(_grantee()));
        bytes memory data = abi.encodeCall(ILedger(ledger).revokeMany, (ends));
        _act("revokeMany", subject, data, true, ends.length);
        for (uint256 i = 0; i < ends.length; i++) {
            Told storage c = told[who(subject)][ends[i].grantee][ends[i].scope];
            _close(c, 2, c.version + 1);
        }
        _checkSome();
    }

    /// @dev Several under one signature: what is above its ceiling already hinders none of the others.
    function revokeManySigned(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        IBatches.Revocation[] memory ends = new IBatches.Revocation[](_oneIn(10) ? 0 : 1 + _pick(3));
        bytes32[] memory acts = new bytes32[](ends.length);
        for (uint256 i = 0; i < ends.length; i++) {
            (bytes32 scope, address g) = (_scope(), who(_grantee()));
            uint256 version = told[who(subject)][g][scope].version;
            ends[i] = IBatches.Revocation(scope, g, uint32(version == 0 || _oneIn(2) ? version + _pick(3) : version - 1));
            acts[i] = keccak256(abi.encode(_typehash(REVOKE), who(subject), g, scope, ends[i].ceiling));
        }
        uint256 signer = _oneIn(2) ? _signer(subject) : _vaultKey(subject) == 0 ? subject : _vaultKey(subject);
        bytes32 words = keccak256(
            abi.encode(
                _typehash(string.concat("RevokeMany(Revoke[] revokes)", REVOKE)), keccak256(abi.encodePacked(acts))
            )
        );
        bool isTheirs = signer == subject || who(signer) == vaults[who(subject)];
        uint256 reached = isTheirs ? _closeAll(who(subject), ends) : 0;
        bytes memory data = abi.encodeCall(
            ILedger(ledger).revokeManySigned, (who(subject), ends, signWith(signer, _digest(words)))
        );
        _act("revokeManySigned", everybody[_pick(12)], data, reached != 0, reached);
        _checkSome();
    }

    function _closeAll(address subject, IBatches.Revocation[] memory ends) private returns (uint256 reached) {
        for (uint256 i = 0; i < ends.length; i++) {
            Told storage c = told[subject][ends[i].grantee][ends[i].scope];
            if (!_isReached(c, ends[i].ceiling)) continue;
            _close(c, 2, uint256(ends[i].ceiling) + 1);
            reached++;
        }
    }

    function renounce(uint256 seed) external chosenBy(seed) {
        uint256 grantee = _grantee();
        (address s, bytes32 scope) = (who(_subject()), _scope());
        Told storage c = told[s][who(grantee)][scope];
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).renounce, (s, scope));
            if (_act("renounce", grantee, plain, _stands(c), 1)) _close(c, 3, c.version + 1);
        } else {
            uint256 signer = _signer(grantee);
            uint256 version = _oneIn(8) ? c.version + 1 : c.version;
            bytes32 words = keccak256(abi.encode(_typehash(RENOUNCE), s, who(grantee), scope, version));
            bool mayPass = _stands(c) && signer == grantee && version == c.version;
            bytes memory data = abi.encodeCall(
                ILedger(ledger).renounceSigned, (s, who(grantee), scope, signWith(signer, _digest(words)))
            );
            if (_act("renounceSigned", everybody[_pick(12)], data, mayPass, 1)) _close(c, 3, c.version + 1);
        }
        _checkSome();
    }
}
