// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../../contracts/interfaces/IConsents.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {Papers} from "./Papers.sol";
import {CLINIC, LENA, NORA, RELAYER, STRANGER, who, signWith} from "./People.sol";
import {vm} from "./Vm.sol";

/// @dev What goes on around documents: consents that let others contribute come and go, members change, gateways anchor
/// receipts, time passes.
abstract contract Desk is Papers {
    struct Anchored {
        bytes32 lastRoot;
        uint256 count;
    }

    mapping(address gateway => Anchored) internal receipts;
    uint256[3] internal gateways = [RELAYER, STRANGER, CLINIC];

    constructor() {
        // Both patients let Lena and the clinic contribute from the start, so that a short run is not spent on it.
        for (uint256 i = 0; i < 4; i++) _permit(subjects[i / 2], grantees[i % 2], scopes[0], ADD_OP, 6 hours);
    }

    // ---------------------------------------------------------------- consents

    function _permit(uint256 subject, uint256 grantee, bytes32 scope, uint256 ops, uint256 time) private {
        IConsents.Grant memory t = IConsents.Grant({
            subject: who(subject),
            grantee: who(grantee),
            scope: scope,
            ops: uint32(ops),
            notBefore: uint40(block.timestamp),
            expiresAt: uint40(block.timestamp + time),
            capsule: keccak256("capsule"),
            deadline: uint40(block.timestamp)
        });
        Told storage c = told[t.subject][t.grantee][scope];
        bytes32 words = _grantWords(t, c.version, generations[t.subject]);
        bytes memory data = abi.encodeCall(ILedger(ledger).grant, (t, signWith(subject, _digest(words))));
        if (_act("permit", RELAYER, data, !_stands(c), 1)) _open(c, 1, ops, t.notBefore, t.expiresAt, 0);
    }

    function permit(uint256 seed) external chosenBy(seed) {
        _permit(_subject(), _grantee(), _scope(), _oneIn(4) ? 1 : 1 + ADD_OP, 1 + _pick(8 hours));
        _checkSome();
    }

    function endPermission(uint256 seed) external chosenBy(seed) {
        (uint256 subject, address g, bytes32 scope) = (_subject(), who(_grantee()), _scope());
        _act("revoke", subject, abi.encodeCall(ILedger(ledger).revoke, (g, scope)), true, 1);
        Told storage c = told[who(subject)][g][scope];
        _close(c, 2, c.version + 1);
        _checkSome();
    }

    /// @dev What somebody signed and did not send is void.
    function cancelSigned(uint256 seed) external chosenBy(seed) {
        uint256 account = everybody[_pick(12)];
        _act("cancelSigned", account, abi.encodeCall(ILedger(ledger).cancelSigned, ()), true, 1);
        generations[who(account)]++;
        _checkSome();
    }

    /// @dev Nora becomes a clerk, who may not contribute, or a nurse again; the clinic is suspended or verified again.
    function changeRegistry(uint256 seed) external chosenBy(seed) {
        if (_oneIn(2) && verified[who(CLINIC)]) {
            uint256 role = 2 + _pick(2);
            vm.prank(who(CLINIC));
            registry.addMember(who(NORA), uint8(role));
            roles[who(CLINIC)][who(NORA)] = role;
        } else if (verified[who(CLINIC)]) {
            registry.suspend(who(CLINIC));
            verified[who(CLINIC)] = false;
        } else {
            registry.verify(who(CLINIC), 7, keccak256("licence"), uint40(block.timestamp + 365 days));
            verified[who(CLINIC)] = true;
        }
        _checkSome();
    }

    // ---------------------------------------------------------------- receipts

    /// @dev The next numbers, without a gap; the event names the root before.
    function anchorReceipts(uint256 seed) external chosenBy(seed) {
        uint256 gateway = gateways[_pick(3)];
        Anchored storage a = receipts[who(gateway)];
        bytes32 root = _oneIn(10) ? bytes32(0) : keccak256(abi.encode("root", entropy));
        uint256 first = _oneIn(6) ? a.count + _pick(3) : a.count + 1;
        uint256 count = _oneIn(10) ? 0 : _oneIn(30) ? type(uint64).max - _pick(2) * a.count : 1 + _pick(5);
        // The last number stays free, so that there is always a next one to tell.
        bool mayPass = root != 0 && count != 0 && first == a.count + 1 && a.count + count < type(uint64).max;
        bytes memory told_ =
            abi.encode(IReceipts.ReceiptsAnchored.selector, who(gateway), root, a.lastRoot, first, count);
        bytes memory data = abi.encodeCall(ILedger(ledger).anchorReceipts, (root, uint64(first), uint64(count)));
        if (_actTold("anchorReceipts", gateway, data, mayPass, told_)) {
            a.lastRoot = root;
            a.count += count;
        }
        _checkSome();
    }

    function pass(uint256 seed) external chosenBy(seed) {
        Told memory c = told[who(_subject())][who(grantees[_pick(2)])][_scope()];
        uint256 to = block.timestamp + 1 + _pick(1 hours);
        if (_oneIn(3) && c.until > block.timestamp) to = c.until - _pick(2);
        vm.warp(to > block.timestamp ? to : block.timestamp + 1);
        vm.roll(block.number + 1);
        _checkSome();
    }

    // ---------------------------------------------------------------- checking

    function _checkSome() internal override {
        if (_oneIn(20)) return checkAll();
        _checkPapers();
        _checkReceipts();
        _checkConsent(who(_subject()), who(_grantee()), _scope());
        for (uint256 i = 0; i < 2; i++) _checkAccount(who(everybody[_pick(12)]));
    }

    function checkAll() public override {
        super.checkAll();
        _checkPapers();
        _checkReceipts();
    }

    function _checkReceipts() private view {
        for (uint256 i = 0; i < 3; i++) {
            Anchored memory a = receipts[who(gateways[i])];
            (bytes32 root, uint64 next) = ledger.receiptsOf(who(gateways[i]));
            require(root == a.lastRoot && next == a.count + 1, "receipts are not the model's");
        }
    }
}
