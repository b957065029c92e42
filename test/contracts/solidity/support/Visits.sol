// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAppointmentChanges} from "../../../../contracts/interfaces/IAppointmentChanges.sol";
import {IAppointments} from "../../../../contracts/interfaces/IAppointments.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {AppointmentRecord} from "../../../../contracts/types/AppointmentRecord.sol";
import {Handler} from "./Handler.sol";
import {ANA, BEN, CLINIC, LENA, who, signWith} from "./People.sol";
import {vm} from "./Vm.sol";

/// @dev Appointments. The model keeps what was agreed and no bitmap: which quarter-hours are taken is counted, each time,
/// from the appointments that hold them.
abstract contract Visits is Handler {
    struct Visit {
        uint256 status; // 0 none, 1 requested, 2 confirmed, 3 cancelled, 4 completed, 5 missed
        uint256 askedBy;
        uint256 day;
        uint256 slot;
        uint256 length;
        uint256 version;
        uint256 changed;
    }

    /// @dev An act on an appointment, as it was chosen to be.
    struct Chosen_ {
        uint256 account;
        IAppointments.Booking b;
        uint40 deadline;
        uint256 signer;
        uint256 version;
        bool mayPass;
    }

    uint256 internal constant FIRST_DAY = START / 1 days;
    uint256 internal constant LAST_DAY = 2 ** 32 - 1;

    uint256[3] internal patients = [ANA, BEN, LENA]; // Lena is a patient, too
    uint256[2] internal providers = [LENA, CLINIC];
    bytes32[2] internal ids = [keccak256("one"), keccak256("other")];
    uint256[4] internal daysInUse = [FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 2, LAST_DAY];

    mapping(address patient => mapping(address provider => mapping(bytes32 id => Visit))) internal visits;
    mapping(address provider => mapping(uint256 day => uint256)) internal openHours;

    // ------------------------------------------------------------------ model

    function _packedVisit(Visit memory v) internal pure returns (uint256) {
        return v.status + v.askedBy * 2 ** 8 + v.day * 2 ** 16 + v.slot * 2 ** 48 + v.length * 2 ** 56
            + v.version * 2 ** 64 + v.changed * 2 ** 96;
    }

    function _begins(Visit memory v) internal pure returns (uint256) {
        return v.day * 1 days + v.slot * 15 minutes;
    }

    function _holds(Visit memory v) private pure returns (bool) {
        return v.status == 2 || v.status == 4 || v.status == 5;
    }

    /// @dev The quarter-hours of a provider's day that appointments hold, one by one; none of them twice.
    function _taken(address provider, uint256 day) internal view returns (uint256 taken) {
        for (uint256 i = 0; i < 6; i++) {
            Visit memory v = visits[who(patients[i / 2])][provider][ids[i % 2]];
            if (!_holds(v)) continue;
            for (uint256 q = v.day * 96 + v.slot; q < v.day * 96 + v.slot + v.length; q++) {
                if (q / 96 != day) continue;
                require((taken / 2 ** (q % 96)) % 2 == 0, "one quarter-hour is held by two");
                taken += 2 ** (q % 96);
            }
        }
    }

    /// @dev Every quarter-hour that it wants is open and held by nobody.
    function _isFree(address provider, Visit memory v) private view returns (bool) {
        if ((v.day * 96 + v.slot + v.length - 1) / 96 > LAST_DAY) return false;
        for (uint256 q = v.day * 96 + v.slot; q < v.day * 96 + v.slot + v.length; q++) {
            if ((openHours[provider][q / 96] / 2 ** (q % 96)) % 2 == 0) return false;
            if ((_taken(provider, q / 96) / 2 ** (q % 96)) % 2 == 1) return false;
        }
        return true;
    }

    function _mayAsk(Chosen_ memory x) private view returns (bool) {
        if (who(x.account) != x.b.patient && who(x.account) != x.b.provider) return false;
        if (x.b.slot > 95 || x.b.length == 0 || x.b.length > 96) return false;
        return uint256(x.b.day) * 1 days + uint256(x.b.slot) * 15 minutes > block.timestamp;
    }

    function _asked(Chosen_ memory x) private view returns (Visit memory) {
        Visit memory v = visits[x.b.patient][x.b.provider][x.b.id];
        uint256 askedBy = who(x.account) == x.b.patient ? 1 : 2;
        return Visit(1, askedBy, x.b.day, x.b.slot, x.b.length, v.version + 1, block.timestamp);
    }

    function _moved(Visit memory v, uint256 status) private view returns (Visit memory) {
        return Visit(status, v.askedBy, v.day, v.slot, v.length, v.version + 1, block.timestamp);
    }

    // --------------------------------------------------------------- choosing

    function _choose() private returns (Chosen_ memory x) {
        uint256 patient = patients[_pick(3)];
        uint256 provider = patient == LENA ? CLINIC : providers[_pick(2)];
        x.account = _oneIn(8) ? everybody[_pick(12)] : _oneIn(2) ? patient : provider;
        x.b.patient = who(patient);
        x.b.provider = who(provider);
        x.b.id = ids[_pick(2)];
        x.b.day = uint32(daysInUse[_oneIn(12) ? 3 : _pick(3)]);
        // Few times, so that they meet; some that reach into the next day; now and then one that is none.
        x.b.slot = uint8(_oneIn(12) ? 94 + _pick(4) : _oneIn(4) ? 92 + _pick(4) : 40 + _pick(8));
        x.b.length = uint8(_oneIn(12) ? _pick(2) * 97 : _oneIn(12) ? 96 : 1 + _pick(6));
        x.b.details = keccak256(abi.encode("details", entropy));
        x.deadline = _deadline();
    }

    /// @dev One that was asked for already, mostly.
    function _chooseLive(uint256 status) private returns (Chosen_ memory x) {
        x = _choose();
        for (uint256 i = 0; i < 12 && visits[x.b.patient][x.b.provider][x.b.id].status != status; i++) {
            uint256 p = patients[i % 3];
            (x.b.patient, x.b.provider, x.b.id) = (who(p), who(p == LENA ? CLINIC : providers[(i / 3) % 2]), ids[i / 6]);
        }
        uint256 provider = x.b.provider == who(LENA) ? LENA : CLINIC;
        uint256 patient = x.b.patient == who(ANA) ? ANA : x.b.patient == who(BEN) ? BEN : LENA;
        x.account = _oneIn(8) ? everybody[_pick(12)] : _oneIn(2) ? patient : provider;
    }

    // -------------------------------------------------------------------- acts

    function requestAppointment(uint256 seed) external chosenBy(seed) {
        Chosen_ memory x = _choose();
        if (_oneIn(30)) x.b.provider = _oneIn(2) ? address(0) : x.b.patient;
        if (_oneIn(60)) x.b.patient = address(0);
        Visit storage v = visits[x.b.patient][x.b.provider][x.b.id];
        x.mayPass = x.b.patient != address(0) && x.b.provider != address(0) && x.b.patient != x.b.provider
            && v.status == 0 && _mayAsk(x);
        bytes memory told_ = _askedEvent(IAppointments.AppointmentRequested.selector, x);
        bool done;
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).requestAppointment, (x.b));
            done = _actTold("requestAppointment", x.account, plain, x.mayPass, told_);
        } else {
            x.signer = _signer(x.account);
            bytes memory words = _bookingWords(REQUEST_APPOINTMENT, x);
            words = bytes.concat(words, abi.encode(generations[who(x.account)], x.deadline));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).requestAppointmentSigned,
                (who(x.account), x.b, x.deadline, signWith(x.signer, _digest(keccak256(words))))
            );
            x.mayPass = x.mayPass && x.signer == x.account && block.timestamp <= x.deadline;
            done = _actTold("requestAppointmentSigned", everybody[_pick(12)], data, x.mayPass, told_);
        }
        if (done) visits[x.b.patient][x.b.provider][x.b.id] = _asked(x);
        _checkSome();
    }

    function reschedule(uint256 seed) external chosenBy(seed) {
        Chosen_ memory x = _chooseLive(1 + _pick(2));
        Visit memory v = visits[x.b.patient][x.b.provider][x.b.id];
        x.mayPass = (v.status == 1 || v.status == 2) && _mayAsk(x);
        bytes memory told_ = _askedEvent(IAppointmentChanges.AppointmentRescheduled.selector, x);
        bool done;
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).rescheduleAppointment, (x.b));
            done = _actTold("reschedule", x.account, plain, x.mayPass, told_);
        } else {
            (x.signer, x.version) = (_signer(x.account), _oneIn(8) ? v.version + 1 : v.version);
            bytes memory words = _bookingWords(RESCHEDULE_APPOINTMENT, x);
            words = bytes.concat(words, abi.encode(x.version, generations[who(x.account)], x.deadline));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).rescheduleAppointmentSigned,
                (who(x.account), x.b, x.deadline, signWith(x.signer, _digest(keccak256(words))))
            );
            x.mayPass = x.mayPass && x.signer == x.account && block.timestamp <= x.deadline && x.version == v.version;
            done = _actTold("rescheduleSigned", everybody[_pick(12)], data, x.mayPass, told_);
            if (done) visits[x.b.patient][x.b.provider][x.b.id] = _asked(x);
            if (done) _act("reschedule again", everybody[_pick(12)], data, false, 0);
            done = false;
        }
        if (done) visits[x.b.patient][x.b.provider][x.b.id] = _asked(x);
        _checkSome();
    }

    function _askedEvent(bytes32 selector, Chosen_ memory x) private view returns (bytes memory) {
        uint256 record = _packedVisit(_asked(x));
        return abi.encode(selector, who(x.account), x.b.patient, x.b.provider, x.b.id, record, x.b.details);
    }

    function _bookingWords(string memory act, Chosen_ memory x) private pure returns (bytes memory) {
        bytes memory first = abi.encode(_typehash(act), who(x.account), x.b.patient, x.b.provider, x.b.id);
        return bytes.concat(first, abi.encode(x.b.day, x.b.slot, x.b.length, x.b.details));
    }

    function confirm(uint256 seed) external chosenBy(seed) {
        Chosen_ memory x = _chooseLive(1);
        Visit memory v = visits[x.b.patient][x.b.provider][x.b.id];
        (address asker, address other) = v.askedBy == 1 ? (x.b.patient, x.b.provider) : (x.b.provider, x.b.patient);
        x.mayPass = v.status == 1 && who(x.account) == other && _begins(v) > block.timestamp && _isFree(x.b.provider, v);
        bytes memory told_ = abi.encode(
            IAppointments.AppointmentConfirmed.selector,
            who(x.account),
            asker,
            x.b.id,
            _packedVisit(_moved(v, 2))
        );
        bool done;
        if (_oneIn(2)) {
            bytes memory plain =
                abi.encodeCall(ILedger(ledger).confirmAppointment, (x.b.patient, x.b.provider, x.b.id));
            done = _actTold("confirm", x.account, plain, x.mayPass, told_);
        } else {
            (x.signer, x.version) = (_signer(x.account), _oneIn(8) ? v.version + 1 : v.version);
            bytes memory words =
                abi.encode(_typehash(CONFIRM_APPOINTMENT), who(x.account), x.b.patient, x.b.provider, x.b.id);
            words = bytes.concat(words, abi.encode(x.version, generations[who(x.account)], x.deadline));
            bytes memory data = abi.encodeCall(
                ILedger(ledger).confirmAppointmentSigned,
                (
                    who(x.account),
                    x.b.patient,
                    x.b.provider,
                    x.b.id,
                    x.deadline,
                    signWith(x.signer, _digest(keccak256(words)))
                )
            );
            x.mayPass = x.mayPass && x.signer == x.account && block.timestamp <= x.deadline && x.version == v.version;
            done = _actTold("confirmSigned", everybody[_pick(12)], data, x.mayPass, told_);
        }
        if (done) visits[x.b.patient][x.b.provider][x.b.id] = _moved(v, 2);
        _checkSome();
    }

    function cancel(uint256 seed) external chosenBy(seed) {
        Chosen_ memory x = _chooseLive(1 + _pick(2));
        Visit memory v = visits[x.b.patient][x.b.provider][x.b.id];
        bool isParty = who(x.account) == x.b.patient || who(x.account) == x.b.provider;
        x.mayPass = isParty && (v.status == 1 || v.status == 2);
        bytes memory told_ = abi.encode(
            IAppointmentChanges.AppointmentCancelled.selector,
            who(x.account),
            x.b.patient,
            x.b.provider,
            x.b.id,
            _packedVisit(_moved(v, 3))
        );
        bool done;
        if (_oneIn(2)) {
            bytes memory plain =
                abi.encodeCall(ILedger(ledger).cancelAppointment, (x.b.patient, x.b.provider, x.b.id));
            done = _actTold("cancel", x.account, plain, x.mayPass, told_);
        } else {
            (x.signer, x.version) = (_signer(x.account), _oneIn(8) ? v.version + 1 : v.version);
            bytes memory words =
                abi.encode(_typehash(CANCEL_APPOINTMENT), who(x.account), x.b.patient, x.b.provider, x.b.id, x.version);
            bytes memory data = abi.encodeCall(
                ILedger(ledger).cancelAppointmentSigned,
                (who(x.account), x.b.patient, x.b.provider, x.b.id, signWith(x.signer, _digest(keccak256(words))))
            );
            x.mayPass = x.mayPass && x.signer == x.account && x.version == v.version;
            done = _actTold("cancelSigned", everybody[_pick(12)], data, x.mayPass, told_);
        }
        if (done) visits[x.b.patient][x.b.provider][x.b.id] = _moved(v, 3);
        _checkSome();
    }

    /// @dev It took place, or the patient did not come: said by the provider, once it has begun.
    function close(uint256 seed) external chosenBy(seed) {
        Chosen_ memory x = _chooseLive(2);
        Visit memory v = visits[x.b.patient][x.b.provider][x.b.id];
        uint256 status = 4 + _pick(2);
        if (_oneIn(2) && v.status == 2 && _begins(v) > block.timestamp && v.day != LAST_DAY) {
            vm.warp(_begins(v) - _pick(2));
        }
        x.mayPass = v.status == 2 && who(x.account) == x.b.provider && block.timestamp >= _begins(v);
        bytes memory told_ = abi.encode(
            status == 4
                ? IAppointmentChanges.AppointmentCompleted.selector
                : IAppointmentChanges.AppointmentMissed.selector,
            x.b.provider,
            x.b.patient,
            x.b.provider,
            x.b.id,
            _packedVisit(_moved(v, status))
        );
        bytes memory data = status == 4
            ? abi.encodeCall(ILedger(ledger).completeAppointment, (x.b.patient, x.b.provider, x.b.id))
            : abi.encodeCall(ILedger(ledger).missAppointment, (x.b.patient, x.b.provider, x.b.id));
        if (_actTold(status == 4 ? "complete" : "miss", x.account, data, x.mayPass, told_)) {
            visits[x.b.patient][x.b.provider][x.b.id] = _moved(v, status);
        }
        _checkSome();
    }

    // ---------------------------------------------------------------- checking

    function _checkVisits() internal view {
        for (uint256 i = 0; i < 12; i++) {
            (address patient, address provider) = (who(patients[i % 3]), who(providers[(i / 3) % 2]));
            uint256 kept = AppointmentRecord.unwrap(ledger.appointmentOf(patient, provider, ids[i / 6]));
            require(kept == _packedVisit(visits[patient][provider][ids[i / 6]]), "an appointment is not the model's");
        }
        for (uint256 i = 0; i < 10; i++) {
            address provider = who(providers[i % 2]);
            uint256 day = i / 2 == 4 ? FIRST_DAY + 3 : daysInUse[i / 2];
            (uint96 open, uint96 booked) = ledger.dayOf(provider, uint32(day));
            require(open == openHours[provider][day], "the open hours of a day are not the model's");
            require(booked == _taken(provider, day), "what is booked is not what appointments hold");
        }
    }
}
