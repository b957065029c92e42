// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointments} from "../../../../contracts/interfaces/IAppointments.sol";
import {ICareBatches} from "../../../../contracts/interfaces/ICareBatches.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {CLINIC, LENA, RELAYER, who, signWith} from "./People.sol";
import {Visits} from "./Visits.sol";
import {vm} from "./Vm.sol";

/// @dev The hours that providers open, one day or several at a time, and time, which passes.
abstract contract Calendars is Visits {
    struct Opening {
        uint256 provider;
        uint256 day;
        uint256 open;
        uint40 deadline;
        uint256 signer;
        uint256 sender;
        bool mayPass;
    }

    /// @dev What the next signed hours of a day have to go beyond.
    mapping(address provider => mapping(uint256 day => uint256)) private turns;

    function _sent(address provider, uint256 day) private {
        uint256 usual = block.timestamp + 3600;
        if (usual > turns[provider][day]) turns[provider][day] = usual;
    }

    constructor() {
        for (uint256 i = 0; i < 8; i++) {
            (uint256 provider, uint256 day) = (providers[i % 2], daysInUse[i / 2]);
            openHours[who(provider)][day] = 2 ** 96 - 1;
            _sent(who(provider), day);
            bytes memory data =
                abi.encodeCall(ILedger(ledger).publishAvailability, (uint32(day), type(uint96).max));
            _act("publishAvailability", provider, data, true, 1);
        }
    }

    function _hours() private returns (uint256) {
        if (_oneIn(3)) return 2 ** 96 - 1;
        if (_oneIn(6)) return 0;
        return uint256(keccak256(abi.encode("hours", entropy))) % 2 ** 96;
    }

    function _told(address provider, uint256 day, uint256 open) private pure returns (bytes memory) {
        return abi.encode(IAppointments.AvailabilityPublished.selector, provider, day, open);
    }

    function _openingWords(address provider, uint256 day, uint256 open, uint40 deadline) private view returns (bytes32) {
        return keccak256(abi.encode(_typehash(AVAILABILITY), provider, day, open, generations[provider], deadline));
    }

    function publishAvailability(uint256 seed) external chosenBy(seed) {
        Opening memory x;
        (x.provider, x.day, x.open) = (providers[_pick(2)], daysInUse[_pick(4)], _hours());
        bytes memory told_ = _told(who(x.provider), x.day, x.open);
        bool done;
        if (_oneIn(2)) {
            bytes memory plain =
                abi.encodeCall(ILedger(ledger).publishAvailability, (uint32(x.day), uint96(x.open)));
            done = _actTold("publishAvailability", x.provider, plain, true, told_);
            _sent(who(x.provider), x.day);
        } else {
            (x.signer, x.deadline) = (_signer(x.provider), _deadlineBeyond(turns[who(x.provider)][x.day]));
            bytes32 digest = _digest(_openingWords(who(x.provider), x.day, x.open, x.deadline));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).publishAvailabilitySigned,
                (who(x.provider), uint32(x.day), uint96(x.open), x.deadline, signWith(x.signer, digest))
            );
            x.mayPass = x.signer == x.provider && block.timestamp <= x.deadline
                && x.deadline > turns[who(x.provider)][x.day];
            done = _actTold("publishAvailabilitySigned", everybody[_pick(12)], data, x.mayPass, told_);
            if (done) turns[who(x.provider)][x.day] = x.deadline;
            if (done) _act("publishAvailability again", everybody[_pick(12)], data, false, 0);
        }
        if (done) openHours[who(x.provider)][x.day] = x.open;
        _checkTurns();
        _checkSome();
    }

    function _checkTurns() private view {
        for (uint256 i = 0; i < 8; i++) {
            (address provider, uint256 day) = (who(providers[i % 2]), daysInUse[i / 2]);
            require(
                ILedger(ledger).dayTurnOf(provider, uint32(day)) == turns[provider][day], "a day's turn is not the model's"
            );
        }
    }

    /// @dev Several days, or one of them several times: the last word holds, where nothing was signed.
    function publishDays(uint256 seed) external chosenBy(seed) {
        Opening memory x;
        x.provider = providers[_pick(2)];
        x.deadline = _deadlineBeyond(turns[who(x.provider)][daysInUse[_pick(4)]]);
        ICareBatches.OpenDay[] memory many = new ICareBatches.OpenDay[](_oneIn(8) ? 0 : 1 + _pick(4));
        bytes32[] memory acts = new bytes32[](many.length);
        bytes[] memory told_ = new bytes[](many.length);
        for (uint256 i = 0; i < many.length; i++) {
            (x.day, x.open) = (daysInUse[_pick(4)], _hours());
            many[i] = ICareBatches.OpenDay(uint32(x.day), uint96(x.open));
            acts[i] = _openingWords(who(x.provider), x.day, x.open, x.deadline);
            told_[i] = _told(who(x.provider), x.day, x.open);
        }
        if (_sendDays(x, many, acts, told_)) {
            for (uint256 i = 0; i < many.length; i++) openHours[who(x.provider)][many[i].day] = many[i].open;
        }
        _checkTurns();
        _checkSome();
    }

    function _sendDays(Opening memory x, ICareBatches.OpenDay[] memory many, bytes32[] memory acts, bytes[] memory told_)
        private
        returns (bool done)
    {
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).publishDays, (many));
            for (uint256 i = 0; i < many.length; i++) _sent(who(x.provider), many[i].day);
            return _actTold("publishDays", x.provider, plain, many.length != 0, told_);
        }
        x.signer = _signer(x.provider);
        bytes32 digest = _digest(_manyWords("AvailabilityMany(Availability[] days)", AVAILABILITY, acts));
        bytes memory data = abi.encodeCall(
            ILedger(ledger).publishDaysSigned, (who(x.provider), many, x.deadline, signWith(x.signer, digest))
        );
        x.mayPass = many.length != 0 && x.signer == x.provider && block.timestamp <= x.deadline && _isTheirTurn(x, many);
        done = _actTold("publishDaysSigned", everybody[_pick(12)], data, x.mayPass, told_);
        for (uint256 i = 0; done && i < many.length; i++) turns[who(x.provider)][many[i].day] = x.deadline;
        if (done) _act("publishDays again", everybody[_pick(12)], data, false, 0);
    }

    /// @dev That of each day, and none of them twice.
    function _isTheirTurn(Opening memory x, ICareBatches.OpenDay[] memory many) private view returns (bool) {
        for (uint256 i = 0; i < many.length; i++) {
            if (x.deadline <= turns[who(x.provider)][many[i].day]) return false;
            for (uint256 j = 0; j < i; j++) if (many[j].day == many[i].day) return false;
        }
        return true;
    }

    function cancelSigned(uint256 seed) external chosenBy(seed) {
        uint256 account = everybody[_pick(12)];
        _act("cancelSigned", account, abi.encodeCall(ILedger(ledger).cancelSigned, ()), true, 1);
        generations[who(account)]++;
        _checkSome();
    }

    /// @dev Some of the time to the next appointments, or exactly to the beginning of one.
    function pass(uint256 seed) external chosenBy(seed) {
        Visit memory v = visits[who(patients[_pick(3)])][who(providers[_pick(2)])][ids[_pick(2)]];
        uint256 to = block.timestamp + 1 + _pick(3 hours);
        if (_oneIn(2) && v.status == 2 && _begins(v) > block.timestamp && v.day != LAST_DAY) to = _begins(v) - _pick(2);
        vm.warp(to > block.timestamp ? to : block.timestamp + 1);
        vm.roll(block.number + 1);
        _checkSome();
    }

    function _checkSome() internal override {
        if (_oneIn(30)) return checkAll();
        _checkVisits();
        for (uint256 i = 0; i < 2; i++) _checkAccount(who(everybody[_pick(12)]));
    }

    function checkAll() public override {
        super.checkAll();
        _checkVisits();
    }
}
