// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One consent in one word. A record is never deleted: its version is what makes signatures unreplayable.
///
///  255 248 247 240 239  232 231      192 191      152 151      112 111       72 71   40 39    8 7     0
/// ┌───────┬───────┬────────┬────────────┬────────────┬────────────┬────────────┬───────┬───────┬───────┐
/// │ zero  │ used  │ times  │ changedAt  │ grantedAt  │ expiresAt  │ notBefore  │  ops  │version│status │
/// └───────┴───────┴────────┴────────────┴────────────┴────────────┴────────────┴───────┴───────┴───────┘
///
/// changedAt is the time of the last act on the record. The times are Unix seconds (40 bits last until the year 36812;
/// the block's time is packed as it comes), windows are half-open:
/// a consent is in force at t when it was granted and not ended and max(notBefore, grantedAt) <= t < expiresAt.
/// An armed one (times and used are zero in all others) is in force only while it is open: after the glass was broken
/// for the `used`th of `times` times, and changedAt <= t < min(changedAt + 4 hours, expiresAt).
type ConsentRecord is uint256;

/// @dev A struct, so that the place where a record is kept is found once, for reading and for writing.
struct Consent {
    ConsentRecord record;
}

using {
    word,
    status,
    version,
    ops,
    notBefore,
    expiresAt,
    grantedAt,
    changedAt,
    times,
    used,
    standsAt,
    isOrdinaryAt,
    inForceAt,
    allows,
    openUntil,
    isOpenAt,
    effectiveStatusAt,
    renewed,
    broken,
    ended
} for ConsentRecord global;

/// @dev Stored statuses are 0 to 5; those above are derived from the clock and never stored.
uint8 constant NONE = 0;
uint8 constant ACTIVE = 1;
uint8 constant REVOKED = 2;
uint8 constant RENOUNCED = 3;
uint8 constant SUPERSEDED = 4;
uint8 constant ARMED = 5;
uint8 constant EXPIRED = 6;
uint8 constant NOT_YET_BEGUN = 7;
uint8 constant OPEN = 8;
uint8 constant USED_UP = 9;

/// @dev What a consent may allow. The first five have the values of the draft ERC-8356; our own take the highest bits.
uint32 constant READ = 1;
uint32 constant QUERY = 2;
uint32 constant DERIVE = 4;
uint32 constant EXPORT = 8;
uint32 constant TRAIN = 16;
uint32 constant MANAGE = 1 << 30;
uint32 constant CONTRIBUTE = 1 << 31;

/// @dev All that an ordinary or armed consent may allow. MANAGE, which makes a proxy, is given by an act of its own whose
/// words say so, and goes together with any of these.
uint32 constant GRANTABLE_OPS = READ | QUERY | DERIVE | EXPORT | TRAIN | CONTRIBUTE;

/// @dev How long the glass stays broken, in hours and in seconds.
uint8 constant HOURS_OPEN = 4;
uint256 constant OPEN_FOR = uint256(HOURS_OPEN) * 1 hours;

/// @dev How often the glass of one armed consent can be broken at most.
uint8 constant MOST_TIMES = 9;

/// @dev The record of a consent granted now.
function newConsent(uint32 version_, uint32 ops_, uint40 notBefore_, uint40 expiresAt_, uint256 now_)
    pure
    returns (ConsentRecord)
{
    return ConsentRecord.wrap(
        uint256(ACTIVE) | (uint256(version_) << 8) | (uint256(ops_) << 40) | (uint256(notBefore_) << 72)
            | (uint256(expiresAt_) << 112) | (now_ << 152) | (now_ << 192)
    );
}

/// @dev The record of a consent armed now, of which the glass can be broken `times_` times.
function newArmed(uint32 version_, uint32 ops_, uint40 notBefore_, uint40 expiresAt_, uint8 times_, uint256 now_)
    pure
    returns (ConsentRecord)
{
    uint256 granted = ConsentRecord.unwrap(newConsent(version_, ops_, notBefore_, expiresAt_, now_));
    return ConsentRecord.wrap((granted >> 8 << 8) | ARMED | (uint256(times_) << 232));
}

/// @dev The record as one word of an event.
function word(ConsentRecord record) pure returns (bytes32) {
    return bytes32(ConsentRecord.unwrap(record));
}

function status(ConsentRecord record) pure returns (uint8) {
    return uint8(ConsentRecord.unwrap(record));
}

function version(ConsentRecord record) pure returns (uint32) {
    return uint32(ConsentRecord.unwrap(record) >> 8);
}

function ops(ConsentRecord record) pure returns (uint32) {
    return uint32(ConsentRecord.unwrap(record) >> 40);
}

function notBefore(ConsentRecord record) pure returns (uint40) {
    return uint40(ConsentRecord.unwrap(record) >> 72);
}

function expiresAt(ConsentRecord record) pure returns (uint40) {
    return uint40(ConsentRecord.unwrap(record) >> 112);
}

function grantedAt(ConsentRecord record) pure returns (uint40) {
    return uint40(ConsentRecord.unwrap(record) >> 152);
}

function changedAt(ConsentRecord record) pure returns (uint40) {
    return uint40(ConsentRecord.unwrap(record) >> 192);
}

function times(ConsentRecord record) pure returns (uint8) {
    return uint8(ConsentRecord.unwrap(record) >> 232);
}

function used(ConsentRecord record) pure returns (uint8) {
    return uint8(ConsentRecord.unwrap(record) >> 240);
}

/// @dev Granted or armed, not ended and not expired; it may not have begun yet, and its openings may be used up.
function standsAt(ConsentRecord record, uint256 time) pure returns (bool) {
    uint8 status_ = record.status();
    return (status_ == ACTIVE || status_ == ARMED) && time < record.expiresAt();
}

/// @dev Stands, and is neither armed nor a mandate: what can be renewed and replaced.
function isOrdinaryAt(ConsentRecord record, uint256 time) pure returns (bool) {
    return record.status() == ACTIVE && record.ops() & MANAGE == 0 && time < record.expiresAt();
}

/// @dev In force at `time`, for what it allows. Time runs forward from the grant, so now is never before grantedAt.
function inForceAt(ConsentRecord record, uint256 time) pure returns (bool) {
    if (record.status() == ACTIVE) return record.notBefore() <= time && time < record.expiresAt();
    return record.isOpenAt(time);
}

/// @dev In force at `time`, for every bit of `wanted`.
function allows(ConsentRecord record, uint32 wanted, uint256 time) pure returns (bool) {
    return wanted != 0 && record.ops() & wanted == wanted && record.inForceAt(time);
}

/// @dev When the glass that was broken last closes again. Only breaking changes an armed record that does not end.
function openUntil(ConsentRecord record) pure returns (uint256) {
    uint256 closes = uint256(record.changedAt()) + OPEN_FOR;
    uint256 expires = record.expiresAt();
    return closes < expires ? closes : expires;
}

/// @dev Armed, and the glass is broken. Time runs forward from the breaking, so now is never before changedAt.
function isOpenAt(ConsentRecord record, uint256 time) pure returns (bool) {
    return record.status() == ARMED && record.used() != 0 && time < record.openUntil();
}

/// @dev The stored status, with ACTIVE and ARMED told apart by the clock.
function effectiveStatusAt(ConsentRecord record, uint256 time) pure returns (uint8) {
    uint8 status_ = record.status();
    if (status_ != ACTIVE && status_ != ARMED) return status_;
    if (time >= record.expiresAt()) return EXPIRED;
    if (record.isOpenAt(time)) return OPEN;
    if (status_ == ARMED && record.used() == record.times()) return USED_UP;
    return time < record.notBefore() ? NOT_YET_BEGUN : status_;
}

/// @dev What a renewal leaves as it is: status, ops, notBefore, grantedAt.
uint256 constant KEPT_BY_RENEWAL = 0xff | (0xffffffffffffffffff << 40) | (0xffffffffff << 152);

/// @dev What breaking the glass leaves as it is: status, ops, notBefore, expiresAt, grantedAt, times.
uint256 constant KEPT_BY_BREAKING = 0xff | (uint256(type(uint152).max) << 40) | (0xff << 232);

/// @dev What an end leaves as it is: ops, notBefore, expiresAt, grantedAt.
uint256 constant KEPT_BY_END = uint256(type(uint152).max) << 40;

/// @dev The next version, with another end. Ops, notBefore and grantedAt stay.
function renewed(ConsentRecord record, uint40 expiresAt_, uint256 now_) pure returns (ConsentRecord) {
    return ConsentRecord.wrap(
        (ConsentRecord.unwrap(record) & KEPT_BY_RENEWAL) | (uint256(record.version() + 1) << 8)
            | (uint256(expiresAt_) << 112) | (now_ << 192)
    );
}

/// @dev The next version of an armed record, opened now once more.
function broken(ConsentRecord record, uint256 now_) pure returns (ConsentRecord) {
    return ConsentRecord.wrap(
        (ConsentRecord.unwrap(record) & KEPT_BY_BREAKING) | (uint256(record.version() + 1) << 8) | (now_ << 192)
            | (uint256(record.used() + 1) << 240)
    );
}

/// @dev The record after an ending act that lifts its version to `version_`. Only what stands takes the new status:
/// what had ended or expired before stays so. Nothing is armed or open any more, whatever the status.
function ended(ConsentRecord record, uint8 status_, uint32 version_, uint256 now_) pure returns (ConsentRecord) {
    return ConsentRecord.wrap(
        (ConsentRecord.unwrap(record) & KEPT_BY_END) | (record.standsAt(now_) ? status_ : record.status())
            | (uint256(version_) << 8) | (now_ << 192)
    );
}
