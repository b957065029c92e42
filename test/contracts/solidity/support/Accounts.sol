// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {Others} from "./Others.sol";
import {ANA, ANA_VAULT, BEN_VAULT, CARL, MAYA, RELAYER, STRANGER, who, signWith} from "./People.sol";
import {vm} from "./Vm.sol";

/// @dev Acts on an account itself, acts that ask and answer, many acts relayed at once, and time.
abstract contract Accounts is Others {
    struct Publishing {
        uint256 account;
        address wanted;
        bytes32 key;
        address present;
        bool isSigned;
        uint40 deadline;
        uint256 signer;
        uint256 vaultSigner;
        bytes32 digest;
        bool isReplaced;
        bool mayPass;
    }

    /// @dev The agreement of a vault account that leaves is good once.
    mapping(bytes32 digest => bool) private spentKeys;

    /// @dev What the next signed key of an account, and its next signed wish about somebody, have to go beyond.
    mapping(address account => mapping(uint256 generation => uint256)) private keyTurns;
    mapping(address subject => mapping(uint256 generation => mapping(address grantee => uint256))) private muteTurns;

    function _usualTurn(uint256 turn) private view returns (uint256) {
        return block.timestamp + 3600 > turn ? block.timestamp + 3600 : turn;
    }

    function publishKey(uint256 seed) external chosenBy(seed) {
        Publishing memory p;
        p.account = _oneIn(4) ? everybody[_pick(12)] : _subject();
        p.wanted = who(_oneIn(5) ? (_oneIn(2) ? ANA_VAULT : p.account) : p.account == ANA ? ANA_VAULT : BEN_VAULT);
        if (_oneIn(5)) p.wanted = address(0);
        p.key = _oneIn(10) ? bytes32(0) : keccak256(abi.encode("key", entropy));
        p.present = vaults[who(p.account)];
        p.isSigned = _oneIn(2);
        uint256 generation = generations[who(p.account)];
        uint256 turn = keyTurns[who(p.account)][generation];
        p.deadline = p.isSigned ? _deadlineBeyond(turn) : 0;
        p.signer = p.isSigned ? _signer(p.account) : p.account;
        p.vaultSigner = _oneIn(3) ? STRANGER : p.present == who(ANA_VAULT) ? ANA_VAULT : BEN_VAULT;
        if (p.present == who(ANA)) p.vaultSigner = ANA;
        p.digest = _digest(
            keccak256(
                abi.encode(
                    _typehash(PUBLISH_KEY), who(p.account), p.key, p.wanted, generation, p.deadline
                )
            )
        );
        p.isReplaced = p.wanted != address(0) && p.present != address(0) && p.wanted != p.present;
        p.mayPass = p.key != 0 && p.wanted != who(p.account) && (!p.isReplaced || who(p.vaultSigner) == p.present);
        if (p.isSigned) p.mayPass = p.mayPass && p.deadline > turn;
        else if (p.isReplaced) p.mayPass = p.mayPass && !spentKeys[p.digest];
        if (_sendKey(p)) {
            if (!p.isSigned && p.isReplaced) spentKeys[p.digest] = true;
            keyTurns[who(p.account)][generation] = p.isSigned ? p.deadline : _usualTurn(turn);
            keys[who(p.account)] = p.key;
            if (p.wanted != address(0)) vaults[who(p.account)] = p.wanted;
        }
        _checkKeyTurn(who(p.account));
        _checkSome();
    }

    function _checkKeyTurn(address account) private view {
        require(
            ILedger(ledger).keyTurnOf(account) == keyTurns[account][generations[account]], "a key's turn is not the model's"
        );
    }

    function _sendKey(Publishing memory p) private returns (bool) {
        bytes memory byVault = signWith(p.vaultSigner, p.digest);
        if (!p.isSigned) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).publishKey, (p.key, p.wanted, byVault));
            return _act("publishKey", p.account, plain, p.mayPass, 1);
        }
        bytes memory data = abi.encodeCall(
            ILedger(ledger).publishKeySigned,
            (who(p.account), p.key, p.wanted, p.deadline, signWith(p.signer, p.digest), byVault)
        );
        bool mayPass = p.mayPass && p.signer == p.account && block.timestamp <= p.deadline;
        return _act("publishKeySigned", everybody[_pick(12)], data, mayPass, 1);
    }

    function cancelSigned(uint256 seed) external chosenBy(seed) {
        uint256 subject = _oneIn(4) ? everybody[_pick(12)] : _subject();
        if (_oneIn(2)) {
            _act("cancelSigned", subject, abi.encodeCall(ILedger(ledger).cancelSigned, ()), true, 1);
            generations[who(subject)]++;
        } else {
            uint256 signer = _oneIn(2) && _vaultKey(subject) != 0 ? _vaultKey(subject) : _signer(subject);
            uint256 generation = _oneIn(6) ? generations[who(subject)] + 1 : generations[who(subject)];
            bytes32 words = keccak256(abi.encode(_typehash(CANCEL_SIGNED), who(subject), generation));
            bool isTheirs = signer == subject || who(signer) == vaults[who(subject)];
            bool mayPass = isTheirs && generation == generations[who(subject)];
            bytes memory data =
                abi.encodeCall(ILedger(ledger).cancelSignedSigned, (who(subject), signWith(signer, _digest(words))));
            if (_act("cancelSignedSigned", everybody[_pick(12)], data, mayPass, 1)) generations[who(subject)]++;
        }
        _checkSome();
    }

    function rekey(uint256 seed) external chosenBy(seed) {
        uint256 subject = _subject();
        bytes32 bundle = keccak256(abi.encode("bundle", entropy));
        uint256 by = _oneIn(2) && _vaultKey(subject) != 0 ? _vaultKey(subject) : _signer(subject);
        bool mayPass = by == subject || who(by) == vaults[who(subject)];
        bytes memory data = abi.encodeCall(ILedger(ledger).rekey, (who(subject), bundle));
        uint256 sender = by;
        if (_oneIn(2)) {
            uint256 epoch = _oneIn(4) ? epochs[who(subject)] + 1 : epochs[who(subject)];
            bytes32 words = keccak256(abi.encode(_typehash(REKEY), who(subject), bundle, epoch));
            mayPass = mayPass && epoch == epochs[who(subject)];
            data = abi.encodeCall(
                ILedger(ledger).rekeySigned, (who(subject), bundle, uint32(epoch), signWith(by, _digest(words)))
            );
            sender = everybody[_pick(12)];
        }
        if (_act("rekey", sender, data, mayPass, 1)) epochs[who(subject)]++;
        _checkSome();
    }

    function declareMove(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        (x.subject, x.proxy) = (_subject(), _oneIn(8) ? everybody[_pick(12)] : CARL);
        x.s = who(x.subject);
        uint256 rightly = vaults[x.s] == address(0) ? x.subject : vaults[x.s] == who(ANA_VAULT) ? ANA_VAULT : BEN_VAULT;
        (x.signer, x.version, x.deadline) = (_signer(rightly), _signer(x.proxy), _deadline());
        x.g = _oneIn(15) ? address(0) : who(x.proxy);
        x.words = _digest(keccak256(abi.encode(_typehash(MOVED), x.s, x.g, generations[x.s], x.deadline)));
        // `version` is who signs for the new account here.
        x.mayPass = block.timestamp <= x.deadline && x.signer == rightly && x.version == x.proxy && x.g != address(0)
            && x.proxy != x.subject && x.proxy != rightly;
        bytes memory data = abi.encodeCall(
            ILedger(ledger).declareMove,
            (x.s, x.g, x.deadline, signWith(x.signer, x.words), signWith(x.version, x.words))
        );
        if (_act("declareMove", everybody[_pick(12)], data, x.mayPass, 1)) generations[x.s]++;
        _checkSome();
    }

    /// @dev Asking, declining, muting: part of the history of who did it, and of nothing else.
    function talk(uint256 seed) external chosenBy(seed) {
        uint256 sender = everybody[_pick(12)];
        address other = who(everybody[_pick(12)]);
        bytes32 note = keccak256(abi.encode("note", entropy));
        if (_oneIn(3)) {
            bytes memory asks = abi.encodeCall(ILedger(ledger).request, (other, note));
            _act("request", sender, asks, other != who(sender), 1);
        } else if (_oneIn(2)) {
            _act("decline", sender, abi.encodeCall(ILedger(ledger).decline, (other, note, note)), true, 1);
        } else {
            _mute(sender, other, _oneIn(2));
        }
        _checkSome();
    }

    function _mute(uint256 subject, address other, bool muted) private {
        address s = who(subject);
        uint256 turn = muteTurns[s][generations[s]][other];
        if (_oneIn(2)) {
            _act("mute", subject, abi.encodeCall(ILedger(ledger).mute, (other, muted)), true, 1);
            muteTurns[s][generations[s]][other] = _usualTurn(turn);
        } else {
            (uint256 signer, uint40 deadline) = (_signer(subject), _deadlineBeyond(turn));
            bytes32 words = keccak256(abi.encode(_typehash(MUTE), s, other, muted, generations[s], deadline));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).muteSigned, (s, other, muted, deadline, signWith(signer, _digest(words)))
            );
            bool mayPass = signer == subject && block.timestamp <= deadline && deadline > turn;
            if (_act("muteSigned", everybody[_pick(12)], data, mayPass, 1)) {
                muteTurns[s][generations[s]][other] = deadline;
            }
        }
        turn = muteTurns[s][generations[s]][other];
        require(ILedger(ledger).muteTurnOf(s, other) == turn, "a wish's turn is not the model's");
    }

    /// @dev Held acts relayed together: each does what it would do alone, in this order, and what is refused is skipped.
    function relayEach(uint256 seed) external chosenBy(seed) {
        bytes[] memory acts = new bytes[](_pick(4));
        uint256 passing = 0;
        for (uint256 i = 0; i < acts.length; i++) {
            bool passes_ = false;
            if (_oneIn(2) && heldRevokes.length != 0) (acts[i], passes_) = _foreseeRevoke(heldRevokes[_pick(heldRevokes.length)]);
            else if (held.length != 0) (acts[i], passes_) = _foreseeGrant(held[_pick(held.length)]);
            if (passes_) passing++;
        }
        _act("relayEach", RELAYER, abi.encodeCall(ILedger(ledger).relayEach, (acts, 500_000)), acts.length != 0, passing);
        _checkSome();
    }

    function _foreseeRevoke(HeldRevoke memory r) private returns (bytes memory act, bool passes_) {
        act = abi.encodeCall(
            ILedger(ledger).revokeSigned, (r.subject, r.grantee, r.scope, uint32(r.ceiling), r.signature)
        );
        Told storage c = told[r.subject][r.grantee][r.scope];
        passes_ = (who(r.signer) == r.subject || who(r.signer) == vaults[r.subject]) && _isReached(c, r.ceiling);
        if (passes_) _close(c, 2, r.ceiling + 1);
    }

    function _foreseeGrant(Held memory h) private returns (bytes memory act, bool passes_) {
        IConsents.Grant memory t = h.terms;
        act = abi.encodeCall(ILedger(ledger).grant, (t, h.signature));
        passes_ = _mayGrant(h);
        if (passes_) _open(told[t.subject][t.grantee][t.scope], 1, t.ops, t.notBefore, t.expiresAt, 0);
    }

    /// @dev Nobody leaves ether here, in any call.
    function sendEther(uint256 seed) external chosenBy(seed) {
        vm.deal(address(this), 1 ether);
        bytes memory data = _oneIn(2) ? bytes("") : abi.encodeCall(ILedger(ledger).revoke, (who(MAYA), _scope()));
        (bool toLedger,) = address(ledger).call{value: 1}(data);
        (bool toRegistry,) = address(registry).call{value: 1}(_oneIn(2) ? bytes("") : data);
        require(!toLedger && !toRegistry, "ether was taken");
        _checkSome();
    }

    /// @dev Time passes: some of it, or exactly to the end or the beginning of a consent, or a second before.
    function pass(uint256 seed) external chosenBy(seed) {
        Told memory c = told[who(_subject())][who(_grantee())][_scope()];
        uint256 to = block.timestamp + 1 + _pick(2 hours);
        if (_oneIn(3) && c.until > block.timestamp) to = c.until - _pick(2);
        if (_oneIn(3) && c.from > block.timestamp) to = c.from - _pick(2);
        if (_oneIn(3) && c.status == 5 && c.changed + 4 hours > block.timestamp) to = c.changed + 4 hours - _pick(2);
        vm.warp(to > block.timestamp ? to : block.timestamp + 1);
        vm.roll(block.number + 1);
        _checkSome();
    }
}
