// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConsents} from "../../../contracts/interfaces/IConsents.sol";
import {consentAt, hashOf, hashOfGrant, keyOf, unclaimed} from "../../../contracts/libraries/Assembly.sol";
import {wordOf} from "../../../contracts/libraries/Words.sol";
import {AppointmentRecord, newAppointment, quarters} from "../../../contracts/types/AppointmentRecord.sol";
import {ConsentRecord, newArmed, newConsent} from "../../../contracts/types/ConsentRecord.sol";
import {Day} from "../../../contracts/types/Day.sol";
import {DocumentRecord, newDocument} from "../../../contracts/types/DocumentRecord.sol";
import {Stamp, stampNow} from "../../../contracts/types/Stamp.sol";
import {lift} from "../../../contracts/types/Version.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every value type for any value: what is packed comes out again, an act changes what it is for and nothing else,
/// and windows end where they say, to the second. Expected words are put together by multiplication.
contract ValuesTest {
    struct Terms {
        uint32 version;
        uint32 ops;
        uint40 from;
        uint40 until;
        uint40 granted;
        uint8 times;
    }

    // ---------------------------------------------------------------- consents

    function _packed(uint256 status, Terms memory t, uint256 version, uint256 until, uint256 changed, uint256 used, uint256 times)
        private
        pure
        returns (uint256)
    {
        return status + _at(8, version) + _at(40, t.ops) + _at(72, t.from) + _at(112, until) + _at(152, t.granted)
            + _at(192, changed) + _at(232, times) + _at(240, used);
    }

    /// @dev A number that begins at this bit.
    function _at(uint256 bit, uint256 number) private pure returns (uint256) {
        return number * 2 ** bit;
    }

    function _granted(Terms memory t) private pure returns (ConsentRecord) {
        return newConsent(t.version, t.ops, t.from, t.until, t.granted);
    }

    function _armed(Terms memory t) private pure returns (ConsentRecord) {
        return newArmed(t.version, t.ops, t.from, t.until, t.times, t.granted);
    }

    function testFuzz_aConsentIsPackedAndComesOutAgain(Terms memory t) external pure {
        ConsentRecord c = _granted(t);
        require(ConsentRecord.unwrap(c) == _packed(1, t, t.version, t.until, t.granted, 0, 0), "packed wrongly");
        require(uint256(c.word()) == ConsentRecord.unwrap(c), "another word");
        require(c.status() == 1 && c.version() == t.version && c.ops() == t.ops, "another consent");
        require(c.notBefore() == t.from && c.expiresAt() == t.until, "another window");
        require(c.grantedAt() == t.granted && c.changedAt() == t.granted, "another time");
        require(c.times() == 0 && c.used() == 0, "an ordinary consent is not armed");
        ConsentRecord a = _armed(t);
        require(ConsentRecord.unwrap(a) == _packed(5, t, t.version, t.until, t.granted, 0, t.times), "armed wrongly");
        require(a.status() == 5 && a.times() == t.times && a.used() == 0 && a.version() == t.version, "not as armed");
    }

    function testFuzz_aRenewalMovesTheEndAndNothingElse(Terms memory t, uint40 until, uint40 now_) external pure {
        if (t.version == type(uint32).max) t.version--;
        uint256 renewed_ = ConsentRecord.unwrap(_granted(t).renewed(until, now_));
        require(renewed_ == _packed(1, t, uint256(t.version) + 1, until, now_, 0, 0), "renewed wrongly");
    }

    function testFuzz_breakingCountsAndNothingElse(Terms memory t, uint40 now_, uint40 later) external pure {
        if (t.version > type(uint32).max - 2) t.version -= 2;
        ConsentRecord once = _armed(t).broken(now_);
        require(
            ConsentRecord.unwrap(once) == _packed(5, t, uint256(t.version) + 1, t.until, now_, 1, t.times), "broken wrongly"
        );
        require(
            ConsentRecord.unwrap(once.broken(later))
                == _packed(5, t, uint256(t.version) + 2, t.until, later, 2, t.times),
            "broken wrongly the second time"
        );
        uint256 closes = uint256(now_) + 4 hours < t.until ? uint256(now_) + 4 hours : t.until;
        require(once.openUntil() == closes, "it closes at another time");
        require(!_armed(t).isOpenAt(later), "what was never broken is not open");
        require(once.isOpenAt(later) == (later < closes), "open to the second");
        require(closes == 0 || once.isOpenAt(closes - 1), "open in the last second");
        require(!once.isOpenAt(closes), "closed in the next");
        require(!once.inForceAt(closes), "and not in force either");
    }

    function testFuzz_anEndTakesItsStatusFromWhatStoodAndDisarms(
        Terms memory t,
        uint8 status,
        uint32 version,
        uint40 now_,
        bool isArmed
    ) external pure {
        status = 2 + status % 3;
        if (t.version == type(uint32).max) t.version--;
        ConsentRecord before = isArmed ? _armed(t).broken(t.granted) : _granted(t);
        uint256 expected = now_ < t.until ? status : isArmed ? 5 : 1;
        ConsentRecord after_ = before.ended(status, version, now_);
        require(ConsentRecord.unwrap(after_) == _packed(expected, t, version, t.until, now_, 0, 0), "ended wrongly");
        require(!after_.isOpenAt(now_) && !after_.standsAt(now_), "it stands, and was ended");
        require(!after_.inForceAt(now_), "it is in force, and was ended");
        // A second end changes no status any more.
        ConsentRecord again = after_.ended(4, version, now_);
        require(again.status() == after_.status(), "an end is an end");
    }

    function testFuzz_aWindowBeginsAndEndsToTheSecond(Terms memory t, uint32 op) external pure {
        if (t.from >= t.until) (t.from, t.until) = (t.until, t.from);
        ConsentRecord c = _granted(t);
        bool isGiven = op != 0;
        for (uint256 bit = 0; bit < 32; bit++) {
            if ((op / 2 ** bit) % 2 == 1 && (t.ops / 2 ** bit) % 2 == 0) isGiven = false;
        }
        uint256[4] memory times = [t.from == 0 ? 0 : uint256(t.from) - 1, t.from, t.until == 0 ? 0 : uint256(t.until) - 1, t.until];
        for (uint256 i = 0; i < 4; i++) {
            bool isIn = t.from <= times[i] && times[i] < t.until;
            require(c.inForceAt(times[i]) == isIn, "in force, to the second");
            require(c.allows(op, times[i]) == (isIn && isGiven), "allows what is given while in force");
            uint256 status = times[i] >= t.until ? 6 : times[i] < t.from ? 7 : 1;
            require(c.effectiveStatusAt(times[i]) == status, "another status");
            require(c.standsAt(times[i]) == times[i] < t.until, "stands until it ends");
            require(c.isOrdinaryAt(times[i]) == (times[i] < t.until && (t.ops / 2 ** 30) % 2 == 0), "ordinary");
        }
    }

    function testFuzz_aVersionRisesByOneUpToTheTop(uint32 version) external pure {
        uint256 next = uint256(version) + 1;
        require(lift(version) == (next > type(uint32).max ? type(uint32).max : next), "lifted otherwise");
    }

    // --------------------------------------------------------------- documents

    function testFuzz_aDocumentIsPackedAndEnds(uint32 version, address author, uint40 now_, uint40 later, uint8 status)
        external
        pure
    {
        if (version == type(uint32).max) version--;
        DocumentRecord d = newDocument(version, author, now_);
        uint256 rest = _at(80, uint160(author));
        require(DocumentRecord.unwrap(d) == 1 + _at(8, version) + _at(40, now_) + rest, "packed wrongly");
        require(d.status() == 1 && d.version() == version && d.author() == author && d.changedAt() == now_, "unpacked");
        uint256 ended_ = status + _at(8, uint256(version) + 1) + _at(40, later) + rest;
        require(DocumentRecord.unwrap(d.ended(status, later)) == ended_, "ended wrongly");
    }

    // ------------------------------------------------------ appointments, days

    function testFuzz_anAppointmentIsPackedAndMoves(
        uint8 askedBy,
        uint32 day,
        uint8 slot,
        uint8 length,
        uint32 version,
        uint40 now_,
        uint40 later,
        uint8 status
    ) external pure {
        if (version == type(uint32).max) version--;
        AppointmentRecord a = newAppointment(askedBy, day, slot, length, version, now_);
        uint256 asked = _at(8, askedBy) + _at(16, day) + _at(48, slot) + _at(56, length);
        require(AppointmentRecord.unwrap(a) == 1 + asked + _at(64, version) + _at(96, now_), "packed wrongly");
        require(a.status() == 1 && a.askedBy() == askedBy && a.day() == day && a.slot() == slot, "unpacked wrongly");
        require(a.length() == length && a.version() == version && a.changedAt() == now_, "unpacked wrongly, too");
        require(a.startsAt() == uint256(day) * 86_400 + uint256(slot) * 900, "begins at another time");
        uint256 moved_ = status + asked + _at(64, uint256(version) + 1) + _at(96, later);
        require(AppointmentRecord.unwrap(a.moved(status, later)) == moved_, "moved wrongly");
    }

    function testFuzz_anAppointmentTakesItsQuartersAndNoOther(uint8 slot, uint8 length) external pure {
        (slot, length) = (slot % 96, 1 + length % 96);
        uint192 taken = quarters(slot, length);
        for (uint256 q = 0; q < 192; q++) {
            require((taken / 2 ** q) % 2 == (q >= slot && q < uint256(slot) + length ? 1 : 0), "another quarter-hour");
        }
    }

    function testFuzz_aDayKeepsWhatIsOpenAndWhatIsBookedApart(uint256 word, uint96 open, uint96 wanted, uint40 turn) external pure {
        Day d = Day.wrap(word % 2 ** 232);
        (uint96 isOpen, uint96 isBooked) = (d.open(), d.booked());
        require(d.turn() == word % 2 ** 232 / 2 ** 192, "unpacked another turn");
        require(uint256(isOpen) + uint256(isBooked) * 2 ** 96 == word % 2 ** 192, "unpacked wrongly");
        require(Day.unwrap(d.reopened(open, turn)) == open + isBooked * uint256(2 ** 96) + turn * uint256(2 ** 192), "reopened wrongly");
        Day more = d.withBooked(wanted);
        Day less = d.withReleased(wanted);
        require(more.open() == isOpen && less.open() == isOpen, "booking opens and closes nothing");
        for (uint256 q = 0; q < 96; q++) {
            bool was = (isBooked / 2 ** q) % 2 == 1;
            bool isWanted = (wanted / 2 ** q) % 2 == 1;
            require(((more.booked() / 2 ** q) % 2 == 1) == (was || isWanted), "booked wrongly");
            require(((less.booked() / 2 ** q) % 2 == 1) == (was && !isWanted), "released wrongly");
        }
        require(more.turn() == d.turn() && less.turn() == d.turn(), "booking takes no turn");
        require(Day.unwrap(more) < 2 ** 232 && Day.unwrap(less) < 2 ** 232, "what is kept zero is not");
    }

    // -------------------------------------------------------------- signatures

    /// @dev Behind any fields of an act's own, and whatever lies in the memory that nobody has claimed.
    function testFuzz_aGrantIsHashedAsItsFields(
        IConsents.Grant memory t,
        uint32 version,
        uint64 generation,
        uint8 words,
        bytes32 rest
    ) external pure {
        bytes memory own = "";
        for (uint256 i = 0; i <= words % 8; i++) own = bytes.concat(own, keccak256(abi.encode(rest, i)));
        bytes memory first = abi.encode(t.scope, t.subject, t.grantee, t.ops % 2 == 1, t.ops >= 2 ** 31, t.ops);
        bytes memory second = abi.encode(t.notBefore, t.expiresAt, t.capsule, version, generation, t.deadline);
        bytes32 expected = keccak256(bytes.concat(own, first, second));
        own = bytes.concat(own);
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 0x400) { i := add(i, 0x20) } { mstore(add(mload(0x40), i), rest) }
        }
        require(hashOfGrant(own, t, version, generation) == expected, "hashed as other fields");
    }

    // ------------------------------------------------------------------ others

    function testFuzz_aStampTellsTimeAndNumber(uint64 time, uint64 number) external {
        vm.warp(time);
        vm.roll(number);
        require(Stamp.unwrap(stampNow()) == uint256(time) * 2 ** 64 + number, "another stamp");
    }

    /// @dev Whatever stands in the unused bits of a word that is called an address.
    function testFuzz_aKeyIsTheHashOfItsThreeWords(uint256 one, uint256 other, bytes32 id) external pure {
        address a;
        address b;
        assembly ("memory-safe") {
            a := one
            b := other
        }
        bytes32 expected = keccak256(abi.encode(address(uint160(one)), address(uint160(other)), id));
        require(keyOf(a, b, id) == expected, "another key");
    }

    function testFuzz_wordsAreAsEncoded(bytes32[7] memory w, address account) external pure {
        require(wordOf(account) == bytes32(abi.encode(account)), "an address is another word");
        require(keccak256(unclaimed(w[0])) == keccak256(abi.encode(w[0])), "one word");
        bytes32 five = keccak256(unclaimed(w[0], w[1], w[2], w[3], w[4]));
        require(five == keccak256(abi.encode(w[0], w[1], w[2], w[3], w[4])), "five words");
        bytes32 six = keccak256(unclaimed(w[0], w[1], w[2], w[3], w[4], w[5]));
        require(six == keccak256(abi.encode(w[0], w[1], w[2], w[3], w[4], w[5])), "six words");
        bytes32 seven = keccak256(unclaimed(w[0], w[1], w[2], w[3], w[4], w[5], w[6]));
        require(seven == keccak256(abi.encode(w)), "seven words");
    }

    function testFuzz_aListIsHashedAsItsWords(bytes32[] memory list) external pure {
        require(hashOf(list) == keccak256(abi.encodePacked(list)), "another hash");
    }

    function testFuzz_aConsentStandsWhereItsKeySays(bytes32 key, ConsentRecord record) external {
        ConsentRecord before = consentAt(key).record;
        consentAt(key).record = record;
        require(vm.load(address(this), key) == bytes32(ConsentRecord.unwrap(record)), "another place");
        consentAt(key).record = before;
    }
}
