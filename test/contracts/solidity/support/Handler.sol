// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";
import {ConsentRecord} from "../../../../contracts/types/ConsentRecord.sol";
import {Model} from "./Model.sol";
import {ANA, ANA_VAULT, BEN, BEN_VAULT, CARL, CLINIC, LENA, MAYA, NORA, PAUL, RELAYER, STRANGER, who, signWith} from "./People.sol";
import {Stage} from "./Stage.sol";
import {Vm, vm} from "./Vm.sol";
import {Words} from "./Words.sol";

/// @dev What every act of the stateful tests goes through: the model says beforehand whether it may pass, the ledger has
/// to agree, and afterwards every record, account, head and answer of the ledger has to be what the model says.
abstract contract Handler is Stage, Model, Words {
    /// @dev How many acts passed and how many were refused: a run in which nothing happens proves nothing.
    mapping(bytes32 act => uint256) public passed;
    mapping(bytes32 act => uint256) public refused;

    /// @dev What an act was chosen to be: one word on the stack instead of a dozen.
    struct Chosen {
        uint256 subject;
        address s;
        address g;
        bytes32 scope;
        uint256 until;
        uint40 deadline;
        uint256 signer;
        uint256 version;
        uint256 proxy;
        bytes32 mandate;
        bytes32 words;
        bool mayPass;
    }

    uint256 internal entropy;
    uint256[2] internal subjects = [ANA, BEN];
    uint256[4] internal grantees = [LENA, CLINIC, PAUL, MAYA];
    bytes32[3] internal scopes = [keccak256("labs"), keccak256("imaging"), keccak256("all")];
    uint256[12] internal everybody =
        [ANA, BEN, ANA_VAULT, BEN_VAULT, LENA, CLINIC, PAUL, MAYA, NORA, CARL, STRANGER, RELAYER];

    constructor() {
        _setStage();
        signedFor = address(ledger);
        verified[who(LENA)] = true;
        verified[who(CLINIC)] = true;
        roles[who(CLINIC)][who(NORA)] = 2;
        roles[who(CLINIC)][who(CARL)] = 3;
    }

    // --------------------------------------------------------------- choosing

    modifier chosenBy(uint256 seed) {
        entropy = seed;
        _;
    }

    function _pick(uint256 count) internal returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % count;
    }

    function _oneIn(uint256 count) internal returns (bool) {
        return _pick(count) == 0;
    }

    function _subject() internal returns (uint256) {
        return subjects[_pick(2)];
    }

    function _grantee() internal returns (uint256) {
        return grantees[_pick(4)];
    }

    function _scope() internal returns (bytes32) {
        return scopes[_pick(3)];
    }

    function _vaultKey(uint256 subject) internal view returns (uint256) {
        if (vaults[who(subject)] == who(ANA_VAULT)) return ANA_VAULT;
        return vaults[who(subject)] == who(BEN_VAULT) ? BEN_VAULT : 0;
    }

    /// @dev The one who should sign, mostly; otherwise anybody.
    function _signer(uint256 rightly) internal returns (uint256) {
        return _oneIn(6) ? everybody[_pick(12)] : rightly;
    }

    function _opsAmong(uint256 more) internal returns (uint256 ops) {
        uint256 chosen = _pick(8);
        if (chosen == 0) return _pick(2) * 2 ** 29; // none, or one that nobody knows
        if (chosen == 1) return 1 + MANAGE_OP;
        return (chosen % 2) + (_pick(16) * 2) + _pick(2) * ADD_OP + more;
    }

    /// @dev Terms as somebody may come to sign them, now and then with something wrong.
    function _terms(uint256 subject, uint256 grantee, uint256 more) internal returns (IConsents.Grant memory terms) {
        uint256 from = block.timestamp + _pick(4) * 1 hours - _pick(4) * 1 hours;
        uint256 until = _oneIn(8) ? block.timestamp - _pick(2) : block.timestamp + 1 + _pick(4) * 3 hours;
        terms = IConsents.Grant({
            subject: who(subject),
            grantee: who(grantee),
            scope: _scope(),
            ops: uint32(_opsAmong(more)),
            notBefore: uint40(from),
            expiresAt: uint40(until),
            capsule: keccak256(abi.encode("capsule", entropy)),
            deadline: _deadline()
        });
        if (_oneIn(20)) terms.grantee = _oneIn(2) ? address(0) : terms.subject;
    }

    function _deadline() internal returns (uint40) {
        return uint40(_oneIn(10) ? block.timestamp - 1 : block.timestamp + _pick(3) * 30 minutes);
    }

    /// @dev Often the first that is later than what has to be gone beyond, or the last that is not.
    function _deadlineBeyond(uint256 turn) internal returns (uint40) {
        return turn == 0 || _oneIn(3) ? _deadline() : uint40(turn + _pick(3) - 1);
    }

    function _areGood(IConsents.Grant memory t, uint256 grantable) internal view returns (bool) {
        if (block.timestamp > t.deadline || t.grantee == address(0) || t.grantee == t.subject) return false;
        if (t.ops == 0) return false;
        for (uint256 bit = 0; bit < 32; bit++) {
            if ((t.ops / 2 ** bit) % 2 == 1 && (grantable / 2 ** bit) % 2 == 0) return false;
        }
        return t.expiresAt > t.notBefore && t.expiresAt > block.timestamp;
    }

    // ----------------------------------------------------------------- acting

    /// @dev Sends an act and requires that it passes when, and only when, the model says so, with that many events.
    function _act(string memory name, uint256 sender, bytes memory data, bool mayPass, uint256 events)
        internal
        returns (bool done)
    {
        Vm.Log[] memory logs;
        (done, logs) = _send(name, sender, data, mayPass);
        if (!done) return false;
        require(logs.length == events, string.concat(name, " is told by another number of events"));
        for (uint256 i = 0; i < logs.length; i++) _advance(logs[i]);
    }

    /// @dev The same, where the model also says every word of what is told: each is the event's selector, its other
    /// topics and its data as abi.encode gives them, without stamp and head.
    function _actTold(string memory name, uint256 sender, bytes memory data, bool mayPass, bytes[] memory events)
        internal
        returns (bool done)
    {
        Vm.Log[] memory logs;
        (done, logs) = _send(name, sender, data, mayPass);
        if (!done) return false;
        require(logs.length == events.length, string.concat(name, " is told by another number of events"));
        for (uint256 i = 0; i < logs.length; i++) {
            require(_actIn(logs[i]) == keccak256(events[i]), string.concat(name, " is told in other words"));
            _advance(logs[i]);
        }
    }

    /// @dev The same for one event.
    function _actTold(string memory name, uint256 sender, bytes memory data, bool mayPass, bytes memory event_)
        internal
        returns (bool)
    {
        bytes[] memory events = new bytes[](1);
        events[0] = event_;
        return _actTold(name, sender, data, mayPass, events);
    }

    function _send(string memory name, uint256 sender, bytes memory data, bool mayPass)
        private
        returns (bool done, Vm.Log[] memory logs)
    {
        vm.recordLogs();
        vm.prank(who(sender));
        (done,) = address(ledger).call(data);
        logs = vm.getRecordedLogs();
        require(done == mayPass, string.concat(name, done ? " passed and must not" : " was refused and must not be"));
        if (done) passed[keccak256(bytes(name))]++;
        else refused[keccak256(bytes(name))]++;
    }

    function _actIn(Vm.Log memory log) private pure returns (bytes32) {
        bytes memory act = bytes.concat(abi.encodePacked(log.topics), log.data);
        assembly ("memory-safe") {
            mstore(act, sub(mload(act), 0x40))
        }
        return keccak256(act);
    }

    function _advance(Vm.Log memory log) private {
        address account = address(uint160(uint256(log.topics[1])));
        if (heads[account] == 0) rollOfAll = keccak256(abi.encode(rollOfAll, account));
        heads[account] = _fold(heads[account], log);
    }

    // --------------------------------------------------------------- checking

    /// @dev After an act: a few consents and accounts by chance, and now and then all of them, so that whatever an act
    /// touched against the model is found, if not now then soon, and at the latest when a run ends.
    function _checkSome() internal virtual {
        if (_oneIn(10)) return checkAll();
        for (uint256 i = 0; i < 3; i++) _checkConsent(who(_subject()), who(_grantee()), _scope());
        _checkAccount(who(everybody[_pick(12)]));
    }

    /// @dev Everything that the ledger keeps is what the model says, whoever acted last.
    function checkAll() public virtual {
        for (uint256 s = 0; s < 2; s++) {
            for (uint256 g = 0; g < 4; g++) {
                for (uint256 k = 0; k < 3; k++) _checkConsent(who(subjects[s]), who(grantees[g]), scopes[k]);
            }
        }
        for (uint256 i = 0; i < 12; i++) {
            _checkAccount(who(everybody[i]));
        }
        require(ledger.roll() == rollOfAll, "the roll is not the chain of all who acted");
        require(address(ledger).balance == 0 && address(registry).balance == 0, "ether is stuck");
    }

    function _checkAccount(address account) internal view {
        require(ledger.headOf(account) == heads[account], "a head is not the fold of what was logged");
        require(ledger.generationOf(account) == generations[account], "a generation is not the model's");
        require(ledger.epochOf(account) == epochs[account], "an epoch is not the model's");
        require(ledger.vaultAccountOf(account) == vaults[account], "a vault account is not the model's");
        require(ledger.encryptionKeyOf(account) == keys[account], "a key is not the model's");
    }

    function _checkConsent(address subject, address grantee, bytes32 scope) internal {
        Told memory c = told[subject][grantee][scope];
        uint256 packed = ConsentRecord.unwrap(ledger.consentOf(subject, grantee, scope));
        require(packed == _packed(c), "a consent is not the model's");
        require(ledger.effectiveStatus(subject, grantee, scope) == _effective(c), "a status is not the model's");
        if (c.version == 0) return;
        address reader = _oneIn(2) ? grantee : who(everybody[_pick(12)]);
        uint256 op = _oneIn(4) ? _pick(2 ** 32) : _oneIn(3) ? c.ops : _oneIn(2) ? 1 : ADD_OP;
        bool mayDo = _mayDo(subject, grantee, reader, scope, op);
        require(ledger.isActive(subject, grantee, reader, scope, uint32(op)) == mayDo, "access is not the model's");
        bool isFree = ledger.whyNot(subject, grantee, reader, scope, uint32(op)) == 0;
        require(isFree == mayDo, "the reason given contradicts the answer");
    }
}
