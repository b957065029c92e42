// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {IProxies} from "../../../../contracts/interfaces/IProxies.sol";
import {Endings} from "./Endings.sol";
import {CLINIC, LENA, NORA, who, signWith} from "./People.sol";
import {vm} from "./Vm.sol";

/// @dev Acts by others than the subject: proxies within their mandate, and who breaks the glass of what was armed.
abstract contract Others is Endings {
    // ---------------------------------------------------------------- proxies

    /// @dev Mostly a mandate that somebody holds; now and then one that nobody does.
    function _mandate(address subject) internal returns (uint256 proxy, bytes32 scope) {
        for (uint256 i = 0; i < 12; i++) {
            (uint256 g, bytes32 k) = (grantees[i % 4], scopes[i / 4]);
            if ((told[subject][who(g)][k].ops / MANAGE_OP) % 2 == 1 && _oneIn(2)) return (g, k);
        }
        return (_grantee(), _scope());
    }

    function _isMandated(address subject, uint256 proxy, bytes32 mandate) private view returns (bool) {
        return _allows(told[subject][who(proxy)][mandate], MANAGE_OP);
    }

    /// @dev No more than the proxy has, for no longer, and not to themselves.
    function _isWithin(Told memory mandate, address proxy, address grantee, uint256 ops, uint256 until)
        private
        pure
        returns (bool)
    {
        for (uint256 bit = 0; bit < 32; bit++) {
            if ((ops / 2 ** bit) % 2 == 1 && (mandate.ops / 2 ** bit) % 2 == 0) return false;
        }
        return until <= mandate.until && grantee != proxy;
    }

    function grantByProxy(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        x.subject = _subject();
        x.s = who(x.subject);
        (x.proxy, x.mandate) = _mandate(x.s);
        IConsents.Grant memory t = _terms(x.subject, _grantee(), 0);
        Told memory given = told[x.s][who(x.proxy)][x.mandate];
        if (_oneIn(2)) t.ops = uint32(given.ops - (given.ops / MANAGE_OP) % 2 * MANAGE_OP);
        if (_oneIn(2) && given.until != 0) t.expiresAt = uint40(given.until + _pick(3) - 1);
        x.signer = _signer(x.proxy);
        Told storage c = told[t.subject][t.grantee][t.scope];
        x.mayPass = _areGood(t, ORDINARY_OPS) && !_stands(c) && _isMandated(x.s, x.proxy, x.mandate)
            && _isWithin(given, who(x.proxy), t.grantee, t.ops, t.expiresAt) && x.signer == x.proxy
            && c.version < TOP;
        if (_sendByProxy(x, t, given.version, c.version)) _open(c, 1, t.ops, t.notBefore, t.expiresAt, 0);
        _checkSome();
    }

    function _sendByProxy(Chosen memory x, IConsents.Grant memory t, uint256 mandateVersion, uint256 version)
        private
        returns (bool)
    {
        address proxy = who(x.proxy);
        bytes memory own = _mandateFields(GRANT_BY_PROXY, proxy, x.mandate, mandateVersion, generations[proxy]);
        x.words = keccak256(bytes.concat(own, _grantFields(t, version, generations[x.s])));
        bytes memory signature = signWith(x.signer, _digest(x.words));
        bytes memory data =
            abi.encodeCall(ILedger(ledger).grantByProxy, (IProxies.Mandate(proxy, x.mandate), t, signature));
        return _act("grantByProxy", everybody[_pick(12)], data, x.mayPass, 1);
    }

    function renewByProxy(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        x.subject = _subject();
        x.s = who(x.subject);
        (x.proxy, x.mandate) = _mandate(x.s);
        (x.g, x.scope) = (who(_grantee()), _scope());
        Told storage c = told[x.s][x.g][x.scope];
        Told memory given = told[x.s][who(x.proxy)][x.mandate];
        x.until = _oneIn(2) ? given.until + _pick(2) : block.timestamp + _pick(4) * 1 hours;
        (x.deadline, x.signer) = (_deadline(), _signer(x.proxy));
        x.words = _renewByProxyWords(x, c, given.version);
        x.mayPass = block.timestamp <= x.deadline && _isOrdinary(c) && x.until > block.timestamp && x.until > c.from
            && _isMandated(x.s, x.proxy, x.mandate) && _isWithin(given, who(x.proxy), x.g, c.ops, x.until)
            && x.signer == x.proxy && c.version < TOP;
        if (_sendRenewByProxy(x)) _extend(c, x.until);
        _checkSome();
    }

    function _renewByProxyWords(Chosen memory x, Told memory c, uint256 mandateVersion) private view returns (bytes32) {
        address proxy = who(x.proxy);
        bytes memory own = _mandateFields(RENEW_BY_PROXY, proxy, x.mandate, mandateVersion, generations[proxy]);
        bytes memory first = abi.encode(x.scope, x.s, x.g, _mayRead(c.ops), _mayAdd(c.ops), c.ops, x.until);
        return keccak256(bytes.concat(own, first, abi.encode(c.version, generations[x.s], x.deadline)));
    }

    function _sendRenewByProxy(Chosen memory x) private returns (bool) {
        bytes memory data = abi.encodeCall(
            ILedger(ledger).renewByProxy,
            (
                IProxies.Mandate(who(x.proxy), x.mandate),
                x.s,
                x.g,
                x.scope,
                uint40(x.until),
                x.deadline,
                signWith(x.signer, _digest(x.words))
            )
        );
        return _act("renewByProxy", everybody[_pick(12)], data, x.mayPass, 1);
    }

    function revokeByProxy(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        x.subject = _subject();
        x.s = who(x.subject);
        (x.proxy, x.mandate) = _mandate(x.s);
        (x.g, x.scope) = (who(_grantee()), _scope());
        Told storage c = told[x.s][x.g][x.scope];
        x.signer = _signer(x.proxy);
        bool isMandate = (c.ops / MANAGE_OP) % 2 == 1;
        if (_oneIn(2)) {
            x.mayPass = _isMandated(x.s, x.signer, x.mandate) && !isMandate;
            bytes memory plain = abi.encodeCall(ILedger(ledger).revokeByProxy, (x.s, x.g, x.scope, x.mandate));
            if (_act("revokeByProxy", x.signer, plain, x.mayPass, 1)) _close(c, 2, c.version + 1);
        } else {
            // `until` is the ceiling here.
            x.until = c.version == 0 || _oneIn(2) ? c.version + _pick(2) * _pick(300) : c.version - 1;
            if (x.until > TOP) x.until = TOP;
            x.mayPass = _isMandated(x.s, x.proxy, x.mandate) && !isMandate && x.signer == x.proxy
                && c.version <= x.until && x.until <= c.version + 255 && (c.version < TOP || _stands(c));
            if (_sendRevokeByProxy(x)) _close(c, 2, x.until + 1);
        }
        _checkSome();
    }

    function _sendRevokeByProxy(Chosen memory x) private returns (bool) {
        address proxy = who(x.proxy);
        x.words = keccak256(
            abi.encode(
                _typehash(REVOKE_BY_PROXY), proxy, x.mandate, x.s, x.g, x.scope, x.until, told[x.s][proxy][x.mandate].version
            )
        );
        bytes memory data = abi.encodeCall(
            ILedger(ledger).revokeByProxySigned,
            (
                IProxies.Mandate(proxy, x.mandate),
                x.s,
                x.g,
                x.scope,
                uint32(x.until),
                signWith(x.signer, _digest(x.words))
            )
        );
        return _act("revokeByProxySigned", everybody[_pick(12)], data, x.mayPass, 1);
    }

    // -------------------------------------------------------------- the glass

    struct Breaking {
        uint256 by;
        address subject;
        uint256 grantee;
        bytes32 scope;
        bytes32 note;
        uint256 signer;
        uint40 deadline;
    }

    function breakGlass(uint256 seed) external chosenBy(seed) {
        Breaking memory b;
        (b.subject, b.grantee, b.scope) = (who(_subject()), _oneIn(2) ? CLINIC : _grantee(), _scope());
        for (uint256 i = 0; i < 12 && !_oneIn(12); i++) {
            // Mostly one that is armed.
            if (told[b.subject][who(grantees[i % 4])][scopes[i / 4]].status != 5) continue;
            (b.grantee, b.scope) = (grantees[i % 4], scopes[i / 4]);
        }
        b.by = _oneIn(3) ? everybody[_pick(12)] : _oneIn(2) ? NORA : b.grantee;
        b.note = _oneIn(10) ? bytes32(0) : keccak256("why");
        Told storage c = told[b.subject][who(b.grantee)][b.scope];
        if (_sendBreaking(b, c, _mayBreak(b, c))) {
            c.version++;
            c.used++;
            c.changed = block.timestamp;
        }
        _checkSome();
    }

    function _mayBreak(Breaking memory b, Told memory c) private view returns (bool) {
        if (b.note == 0 || c.status != 5 || c.from > block.timestamp || block.timestamp >= c.until) return false;
        if (_isOpen(c) || c.used == c.times || !verified[who(b.grantee)] || c.version == TOP) return false;
        uint256 role = roles[who(b.grantee)][who(b.by)];
        return b.by == b.grantee || role == 1 || role == 2;
    }

    function _sendBreaking(Breaking memory b, Told memory c, bool mayPass) private returns (bool) {
        address grantee = who(b.grantee);
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).breakGlass, (b.subject, grantee, b.scope, b.note));
            return _act("breakGlass", b.by, plain, mayPass, 1);
        }
        (b.signer, b.deadline) = (_signer(b.by), _deadline());
        bytes memory signature = signWith(b.signer, _digest(_breakingWords(b, c.version)));
        mayPass = mayPass && b.signer == b.by && block.timestamp <= b.deadline;
        return _act("breakGlassSigned", everybody[_pick(12)], _breakingData(b, signature), mayPass, 1);
    }

    function _breakingWords(Breaking memory b, uint256 version) private view returns (bytes32) {
        address by = who(b.by);
        bytes memory first = abi.encode(_typehash(BREAK_GLASS), by, b.subject, who(b.grantee), b.scope, b.note);
        return keccak256(bytes.concat(first, abi.encode(version, generations[by], b.deadline)));
    }

    function _breakingData(Breaking memory b, bytes memory signature) private view returns (bytes memory) {
        return abi.encodeCall(
            ILedger(ledger).breakGlassSigned,
            (who(b.by), b.subject, who(b.grantee), b.scope, b.note, b.deadline, signature)
        );
    }

    // ------------------------------------------------------------ the registry

    function changeRegistry(uint256 seed) external chosenBy(seed) {
        address account = who(_oneIn(2) ? LENA : CLINIC);
        if (_oneIn(3)) {
            uint8 role = roles[who(CLINIC)][who(NORA)] == 2 ? 1 : 2;
            vm.prank(who(CLINIC));
            (bool done,) = address(registry).call(abi.encodeCall(registry.addMember, (who(NORA), role)));
            require(done == verified[who(CLINIC)], "only a verified organisation adds members");
            if (done) roles[who(CLINIC)][who(NORA)] = role;
        } else if (verified[account]) {
            registry.suspend(account);
            verified[account] = false;
        } else {
            registry.verify(account, account == who(CLINIC) ? 7 : 1, keccak256("licence"), uint40(block.timestamp + 365 days));
            verified[account] = true;
        }
        _checkSome();
    }
}
