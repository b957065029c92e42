// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev One consent in one word. A record is never deleted: its version is what makes signatures unreplayable.
///
///  255      232 231      192 191      152 151      112 111       72 71    40 39    8 7     0
/// ┌────────────┬────────────┬────────────┬────────────┬────────────┬────────┬───────┬───────┐
/// │ kept zero  │ changedAt  │ grantedAt  │ expiresAt  │ notBefore  │  ops   │version│status │
/// └────────────┴────────────┴────────────┴────────────┴────────────┴────────┴───────┴───────┘
///
/// changedAt is the time of the last act on the record. The times are Unix seconds (40 bits last until the year 36812;
/// the block's time is packed as it comes), the window is half-open:
/// a consent is in force at t when it was granted and not ended and max(notBefore, grantedAt) <= t < expiresAt.
type ConsentRecord is uint256;

using {
    status, version, ops, notBefore, expiresAt, grantedAt, changedAt, standsAt, allows, effectiveStatusAt, renewed, ended
} for ConsentRecord global;

/// @dev Stored statuses are 0 to 5; EXPIRED and NOT_YET_BEGUN are derived from the clock and never stored.
uint8 constant NONE = 0;
uint8 constant ACTIVE = 1;
uint8 constant REVOKED = 2;
uint8 constant RENOUNCED = 3;
uint8 constant SUPERSEDED = 4;
uint8 constant ARMED = 5;
uint8 constant EXPIRED = 6;
uint8 constant NOT_YET_BEGUN = 7;

/// @dev What a consent may allow. The first five have the values of the draft ERC-8356; our own take the highest bits.
uint32 constant READ = 1;
uint32 constant QUERY = 2;
uint32 constant DERIVE = 4;
uint32 constant EXPORT = 8;
uint32 constant TRAIN = 16;
uint32 constant CONTRIBUTE = 1 << 31;

/// @dev All that can be granted. MANAGE (1 << 30) is kept for proxies and not among them: nobody is to sign a power
/// that does not exist, and no signature given today may gain one later.
uint32 constant GRANTABLE_OPS = READ | QUERY | DERIVE | EXPORT | TRAIN | CONTRIBUTE;

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

/// @dev Granted, not ended and not expired; it may not have begun yet.
function standsAt(ConsentRecord record, uint256 time) pure returns (bool) {
    return record.status() == ACTIVE && time < record.expiresAt();
}

/// @dev In force at `time`, for every bit of `wanted`. Time runs forward from the grant, so now is never before grantedAt.
function allows(ConsentRecord record, uint32 wanted, uint256 time) pure returns (bool) {
    return record.standsAt(time) && record.notBefore() <= time && wanted != 0 && record.ops() & wanted == wanted;
}

/// @dev The stored status, with ACTIVE told apart by the clock.
function effectiveStatusAt(ConsentRecord record, uint256 time) pure returns (uint8) {
    if (record.status() != ACTIVE) return record.status();
    if (time >= record.expiresAt()) return EXPIRED;
    return time < record.notBefore() ? NOT_YET_BEGUN : ACTIVE;
}

/// @dev What a renewal leaves as it is: status, ops, notBefore, grantedAt.
uint256 constant KEPT_BY_RENEWAL = 0xff | (0xffffffffffffffffff << 40) | (0xffffffffff << 152);

/// @dev What an end leaves as it is: ops, notBefore, expiresAt, grantedAt.
uint256 constant KEPT_BY_END = uint256(type(uint152).max) << 40;

/// @dev The next version, with another end. Ops, notBefore and grantedAt stay.
function renewed(ConsentRecord record, uint40 expiresAt_, uint256 now_) pure returns (ConsentRecord) {
    return ConsentRecord.wrap(
        (ConsentRecord.unwrap(record) & KEPT_BY_RENEWAL) | (uint256(record.version() + 1) << 8)
            | (uint256(expiresAt_) << 112) | (now_ << 192)
    );
}

/// @dev The record after an ending act that lifts its version to `version_`. Only what stands takes the new status:
/// what had ended or expired before stays so.
function ended(ConsentRecord record, uint8 status_, uint32 version_, uint256 now_) pure returns (ConsentRecord) {
    return ConsentRecord.wrap(
        (ConsentRecord.unwrap(record) & KEPT_BY_END) | (record.standsAt(now_) ? status_ : record.status())
            | (uint256(version_) << 8) | (now_ << 192)
    );
}

/// @dev The version after an ending act. It stops at the top instead of failing, so that no version, however it came
/// about, keeps a consent from being ended; from there no opening act is possible any more.
function lift(uint32 version_) pure returns (uint32) {
    unchecked {
        return version_ == type(uint32).max ? version_ : version_ + 1;
    }
}
