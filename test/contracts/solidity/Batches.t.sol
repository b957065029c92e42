// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatches} from "../../../contracts/interfaces/IBatches.sol";
import {ICareBatches} from "../../../contracts/interfaces/ICareBatches.sol";
import {IConsents} from "../../../contracts/interfaces/IConsents.sol";
import {ILedger} from "../../../contracts/interfaces/ILedger.sol";
import {ANA, ANA_VAULT, CLINIC, LENA, MAYA, PAUL, RELAYER, who, signWith} from "./support/People.sol";
import {Stage} from "./support/Stage.sol";
import {Vm, vm} from "./support/Vm.sol";
import {Words} from "./support/Words.sol";

/// @dev A batch is the sum of its acts. Two ledgers in the same state in the same second: to the one the acts are sent one
/// by one, to the other as a batch. Afterwards both have logged the same bytes, with the same heads, and hold the same
/// words in the same places; only the digests that are remembered as sent are their own. Where one of the acts would have
/// been refused, the batch is, and leaves nothing behind.
contract BatchesTest is Stage, Words {
    struct Ran {
        bool done;
        Vm.Log[] logs;
        bytes32[] places;
        bool isAsBefore;
    }

    ILedger private apart;
    ILedger private together;
    uint256 private entropy;
    uint256[4] private grantees = [LENA, CLINIC, PAUL, MAYA];

    function setUp() public {
        _setStage();
        (apart, together) = (ledger, _deployLedger());
        for (uint256 i = 0; i < 2; i++) {
            // Both know Ana's vault account, and have a consent of each kind: none, in force, revoked.
            ledger = i == 0 ? apart : together;
            vm.prank(who(ANA));
            ledger.publishKey(keccak256("key"), who(ANA_VAULT), "");
            for (uint256 g = 0; g < 3; g++) {
                IConsents.Grant memory t = _terms(grantees[g], 0, 1, 30 days);
                ledger.grant(t, _signedFor(ledger, ANA, _grantWords(t, 0, 0)));
            }
            vm.prank(who(ANA));
            ledger.revoke(who(PAUL), _scopeOf(0));
        }
    }

    // ---------------------------------------------------------------- choosing

    function _pick(uint256 count) private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % count;
    }

    function _scopeOf(uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encode("scope", index));
    }

    function _terms(uint256 grantee, uint256 scope, uint256 ops, uint256 time) private view returns (IConsents.Grant memory) {
        return IConsents.Grant({
            subject: who(ANA),
            grantee: who(grantee),
            scope: _scopeOf(scope),
            ops: uint32(ops),
            notBefore: uint40(block.timestamp),
            expiresAt: uint40(block.timestamp + time),
            capsule: keccak256(abi.encode("capsule", grantee, scope)),
            deadline: uint40(block.timestamp + 1 hours)
        });
    }

    function _signedFor(ILedger to, uint256 key, bytes32 words) private returns (bytes memory) {
        signedFor = address(to);
        return signWith(key, _digest(words));
    }

    // ------------------------------------------------------------------ running

    /// @dev Sends acts one after the other until one is refused.
    function _run(ILedger to, uint256 sender, bytes[] memory acts) private returns (Ran memory ran) {
        bytes32 before = _state(to);
        vm.recordLogs();
        vm.record();
        ran.done = true;
        for (uint256 i = 0; i < acts.length && ran.done; i++) {
            vm.prank(who(sender));
            (ran.done,) = address(to).call(acts[i]);
        }
        ran.logs = vm.getRecordedLogs();
        (, ran.places) = vm.accesses(address(to));
        ran.isAsBefore = _state(to) == before;
    }

    /// @dev Any act changes it, since every act is told.
    function _state(ILedger in_) private view returns (bytes32) {
        return keccak256(abi.encode(in_.roll(), in_.headOf(who(ANA)), in_.headOf(who(LENA))));
    }

    function _run(ILedger to, uint256 sender, bytes memory act) private returns (Ran memory) {
        bytes[] memory acts = new bytes[](1);
        acts[0] = act;
        return _run(to, sender, acts);
    }

    function _requireSame(Ran memory one, Ran memory other) private view {
        require(one.done == other.done, "a batch passes when all of its acts would, and only then");
        if (!one.done) {
            require(other.isAsBefore, "a batch that was refused leaves nothing behind");
            return;
        }
        require(one.logs.length == other.logs.length, "another number of events");
        for (uint256 i = 0; i < one.logs.length; i++) {
            require(keccak256(abi.encode(one.logs[i].topics)) == keccak256(abi.encode(other.logs[i].topics)), "topics");
            require(keccak256(one.logs[i].data) == keccak256(other.logs[i].data), "data, stamp and head");
        }
        require(_areSame(one.places) && _areSame(other.places), "other words in storage");
    }

    function _areSame(bytes32[] memory places) private view returns (bool) {
        for (uint256 i = 0; i < places.length; i++) {
            if (vm.load(address(apart), places[i]) != vm.load(address(together), places[i])) return false;
        }
        return true;
    }

    // -------------------------------------------------------------------- acts

    function testFuzz_grantsInABatchAreGrants(uint256 seed) external {
        entropy = seed;
        IConsents.Grant[] memory terms = new IConsents.Grant[](1 + _pick(5));
        bytes[] memory acts = new bytes[](terms.length);
        bytes32[] memory structs = new bytes32[](terms.length);
        for (uint256 i = 0; i < terms.length; i++) {
            // Mostly scopes of their own; now and then one where something stands, or stood, or two that are one.
            uint256 scope = _pick(8) == 0 ? 0 : _pick(8) == 0 ? i : i + 1;
            terms[i] = _terms(grantees[_pick(4)], scope, _pick(20) == 0 ? 64 : 1 + _pick(31), 1 + _pick(30 days));
            if (_pick(20) == 0) terms[i].expiresAt = terms[i].notBefore;
            uint256 version = apart.consentOf(who(ANA), terms[i].grantee, terms[i].scope).version();
            structs[i] = _grantWords(terms[i], version, 0);
            acts[i] = abi.encodeCall(apart.grant, (terms[i], _signedFor(apart, ANA, structs[i])));
        }
        bytes32 own = _typehashWithScope(string.concat("GrantMany(Grant[] grants)", GRANT));
        bytes32 many = keccak256(abi.encode(own, keccak256(abi.encodePacked(structs))));
        bytes memory batch = abi.encodeCall(together.grantMany, (terms, _signedFor(together, ANA, many)));
        Ran memory one = _run(apart, RELAYER, acts);
        _requireSame(one, _run(together, RELAYER, batch));
    }

    function testFuzz_revokesInABatchAreRevokes(uint256 seed) external {
        entropy = seed;
        IBatches.Ended[] memory ends = new IBatches.Ended[](1 + _pick(5));
        bytes[] memory acts = new bytes[](ends.length);
        for (uint256 i = 0; i < ends.length; i++) {
            ends[i] = IBatches.Ended(_scopeOf(_pick(2)), who(grantees[_pick(4)]));
            acts[i] = abi.encodeCall(apart.revoke, (ends[i].grantee, ends[i].scope));
        }
        Ran memory one = _run(apart, ANA, acts);
        _requireSame(one, _run(together, ANA, abi.encodeCall(together.revokeMany, (ends))));
    }

    /// @dev Here what has ended already is left out, so that it hinders none of the others.
    function testFuzz_signedRevokesInABatchAreSignedRevokes(uint256 seed) external {
        entropy = seed;
        IBatches.Revocation[] memory ends = new IBatches.Revocation[](1 + _pick(5));
        bytes32[] memory structs = new bytes32[](ends.length);
        uint256 signer = _pick(2) == 0 ? ANA : ANA_VAULT;
        vm.recordLogs();
        bool isAnyDone = false;
        for (uint256 i = 0; i < ends.length; i++) {
            ends[i] = IBatches.Revocation(_scopeOf(_pick(2)), who(grantees[_pick(4)]), uint32(_pick(4)));
            structs[i] =
                keccak256(abi.encode(_typehash(REVOKE), who(ANA), ends[i].grantee, ends[i].scope, ends[i].ceiling));
            bytes memory signature = _signedFor(apart, signer, structs[i]);
            try apart.revokeSigned(who(ANA), ends[i].grantee, ends[i].scope, ends[i].ceiling, signature) {
                isAnyDone = true;
            } catch {}
        }
        Ran memory one;
        (one.done, one.logs) = (isAnyDone, vm.getRecordedLogs());
        bytes32 many = _manyWords("RevokeMany(Revoke[] revokes)", REVOKE, structs);
        bytes memory batch =
            abi.encodeCall(together.revokeManySigned, (who(ANA), ends, _signedFor(together, signer, many)));
        _requireSame(one, _run(together, RELAYER, batch));
    }

    function testFuzz_documentsInABatchAreDocuments(uint256 seed) external {
        entropy = seed;
        ICareBatches.Anchoring[] memory many = new ICareBatches.Anchoring[](1 + _pick(6));
        bytes32[] memory structs = new bytes32[](many.length);
        bytes[] memory acts = new bytes[](many.length);
        uint256[3] memory versions;
        uint40 deadline = uint40(block.timestamp);
        bool isSigned = _pick(2) == 0;
        for (uint256 i = 0; i < many.length; i++) {
            uint256 d = _pick(3);
            uint256 version = _pick(20) == 0 ? versions[d] : versions[d] + 1;
            versions[d]++;
            many[i] = ICareBatches.Anchoring(_scopeOf(d), keccak256(abi.encode(seed, i)), uint32(version));
            structs[i] = keccak256(
                abi.encode(_typehash(ANCHOR), who(ANA), many[i].document, many[i].manifest, version, 0, deadline)
            );
            acts[i] = isSigned
                ? _anchorSigned(many[i], deadline, _signedFor(apart, ANA, structs[i]))
                : abi.encodeCall(apart.anchor, (many[i].document, many[i].manifest, many[i].version));
        }
        bytes memory batch = abi.encodeCall(together.anchorMany, (many));
        if (isSigned) {
            bytes memory signature =
                _signedFor(together, ANA, _manyWords("AnchorMany(Anchor[] anchors)", ANCHOR, structs));
            batch = abi.encodeCall(together.anchorManySigned, (deadline, who(ANA), many, signature));
        }
        Ran memory one = _run(apart, isSigned ? RELAYER : ANA, acts);
        _requireSame(one, _run(together, isSigned ? RELAYER : ANA, batch));
    }

    function _anchorSigned(ICareBatches.Anchoring memory one, uint40 deadline, bytes memory signature)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            apart.anchorSigned, (who(ANA), one.document, one.manifest, one.version, deadline, signature)
        );
    }

    function testFuzz_daysInABatchAreDays(uint256 seed) external {
        entropy = seed;
        ICareBatches.OpenDay[] memory many = new ICareBatches.OpenDay[](1 + _pick(6));
        bytes32[] memory structs = new bytes32[](many.length);
        bytes[] memory acts = new bytes[](many.length);
        uint40 deadline = uint40(block.timestamp);
        bool isSigned = _pick(2) == 0;
        for (uint256 i = 0; i < many.length; i++) {
            many[i] = ICareBatches.OpenDay(uint32(_pick(20)), uint96(uint256(keccak256(abi.encode(seed, i)))));
            structs[i] = keccak256(
                abi.encode(_typehash(AVAILABILITY), who(LENA), many[i].day, many[i].open, 0, deadline)
            );
            acts[i] = isSigned
                ? _publishSigned(many[i], deadline, _signedFor(apart, LENA, structs[i]))
                : abi.encodeCall(apart.publishAvailability, (many[i].day, many[i].open));
        }
        bytes memory batch = abi.encodeCall(together.publishDays, (many));
        if (isSigned) {
            bytes32 words = _manyWords("AvailabilityMany(Availability[] days)", AVAILABILITY, structs);
            batch = abi.encodeCall(
                together.publishDaysSigned, (who(LENA), many, deadline, _signedFor(together, LENA, words))
            );
        }
        Ran memory one = _run(apart, isSigned ? RELAYER : LENA, acts);
        _requireSame(one, _run(together, isSigned ? RELAYER : LENA, batch));
    }

    function _publishSigned(ICareBatches.OpenDay memory one, uint40 deadline, bytes memory signature)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            apart.publishAvailabilitySigned, (who(LENA), one.day, one.open, deadline, signature)
        );
    }

    /// @dev Relayed together, each act is done or refused as if it came alone, and is told why by its error.
    function testFuzz_actsRelayedTogetherAreActsRelayedApart(uint256 seed) external {
        entropy = seed;
        bytes[] memory acts = new bytes[](1 + _pick(5));
        bytes4[] memory expected = new bytes4[](acts.length);
        vm.recordLogs();
        for (uint256 i = 0; i < acts.length; i++) {
            (bytes memory alone, bytes memory among) = _someAct();
            (bool done, bytes memory answer) = address(apart).call(alone);
            if (!done) expected[i] = bytes4(answer);
            acts[i] = among;
        }
        Ran memory one;
        (one.done, one.logs) = (true, vm.getRecordedLogs());
        bytes4[] memory refusals = this.simulate(acts);
        for (uint256 i = 0; i < acts.length; i++) require(refusals[i] == expected[i], "refused for another reason");
        _requireSame(one, _run(together, RELAYER, abi.encodeCall(together.relayEach, (acts, 500_000))));
    }

    /// @dev What a batch would answer; nothing is kept of it.
    function simulate(bytes[] calldata acts) external returns (bytes4[] memory refusals) {
        try this.simulateAndUndo(acts) {}
        catch (bytes memory answer) {
            refusals = abi.decode(answer, (bytes4[]));
        }
    }

    function simulateAndUndo(bytes[] calldata acts) external {
        bytes memory answer = abi.encode(together.relayEach(acts, 500_000));
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev The same grant or revoke, signed for the one ledger and for the other; sometimes by somebody else.
    function _someAct() private returns (bytes memory alone, bytes memory among) {
        (uint256 grantee, uint256 scope) = (grantees[_pick(4)], _pick(2));
        uint256 signer = _pick(6) == 0 ? MAYA : ANA;
        if (_pick(2) == 0) {
            IConsents.Grant memory t = _terms(grantee, scope, 1 + _pick(3), 1 days);
            bytes32 words = _grantWords(t, apart.consentOf(t.subject, t.grantee, t.scope).version(), 0);
            alone = abi.encodeCall(apart.grant, (t, _signedFor(apart, signer, words)));
            among = abi.encodeCall(together.grant, (t, _signedFor(together, signer, words)));
        } else {
            uint32 ceiling = uint32(_pick(5));
            bytes32 words =
                keccak256(abi.encode(_typehash(REVOKE), who(ANA), who(grantee), _scopeOf(scope), ceiling));
            alone = _revokeSigned(grantee, scope, ceiling, _signedFor(apart, signer, words));
            among = _revokeSigned(grantee, scope, ceiling, _signedFor(together, signer, words));
        }
    }

    function _revokeSigned(uint256 grantee, uint256 scope, uint32 ceiling, bytes memory signature)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(apart.revokeSigned, (who(ANA), who(grantee), _scopeOf(scope), ceiling, signature));
    }
}
