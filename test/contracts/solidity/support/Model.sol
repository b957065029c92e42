// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The rules of consents in the plainest words, with nothing packed and no version of the contracts' own code: what
/// the ledger says is held against this.
abstract contract Model {
    struct Told {
        uint256 status;
        uint256 version;
        uint256 ops;
        uint256 from;
        uint256 until;
        uint256 granted;
        uint256 changed;
        uint256 times;
        uint256 used;
    }

    uint256 internal constant MANAGE_OP = 2 ** 30;
    uint256 internal constant ADD_OP = 2 ** 31;
    /// @dev READ, QUERY, DERIVE, EXPORT, TRAIN, CONTRIBUTE.
    uint256 internal constant ORDINARY_OPS = 1 + 2 + 4 + 8 + 16 + ADD_OP;
    uint256 internal constant TOP = 2 ** 32 - 1;

    mapping(address => mapping(address => mapping(bytes32 => Told))) internal told;
    mapping(address => uint256) internal generations;
    mapping(address => uint256) internal epochs;
    mapping(address => address) internal vaults;
    mapping(address => bytes32) internal keys;
    mapping(address => bytes32) internal heads;
    bytes32 internal rollOfAll;

    /// @dev What the registry says, as this test arranged it.
    mapping(address => bool) internal verified;
    mapping(address => mapping(address => uint256)) internal roles;

    // ------------------------------------------------------------------ rules

    function _stands(Told memory c) internal view returns (bool) {
        if (c.status != 1 && c.status != 5) return false;
        return block.timestamp < c.until;
    }

    function _isOrdinary(Told memory c) internal view returns (bool) {
        return c.status == 1 && block.timestamp < c.until && (c.ops / MANAGE_OP) % 2 == 0;
    }

    function _isOpen(Told memory c) internal view returns (bool) {
        if (c.status != 5 || c.used == 0) return false;
        return block.timestamp < c.changed + 4 hours && block.timestamp < c.until;
    }

    function _inForce(Told memory c) internal view returns (bool) {
        if (c.status == 1) return c.from <= block.timestamp && block.timestamp < c.until;
        return _isOpen(c);
    }

    function _allows(Told memory c, uint256 op) internal view returns (bool) {
        if (op == 0) return false;
        for (uint256 bit = 0; bit < 32; bit++) {
            bool wanted = (op / 2 ** bit) % 2 == 1;
            bool given = (c.ops / 2 ** bit) % 2 == 1;
            if (wanted && !given) return false;
        }
        return _inForce(c);
    }

    function _mayDo(address subject, address grantee, address reader, bytes32 scope, uint256 op)
        internal
        view
        returns (bool)
    {
        Told memory c = told[subject][grantee][scope];
        if (!_allows(c, op)) return false;
        if (reader == grantee) return true;
        if ((op / MANAGE_OP) % 2 == 1) return false;
        uint256 role = verified[grantee] ? roles[grantee][reader] : 0;
        if (role == 0) return false;
        if (role == 1 || role == 2) return true;
        return c.status == 1 && (op / ADD_OP) % 2 == 0;
    }

    function _effective(Told memory c) internal view returns (uint256) {
        if (c.status != 1 && c.status != 5) return c.status;
        if (block.timestamp >= c.until) return 6;
        if (c.status == 1) return block.timestamp < c.from ? 7 : 1;
        if (_isOpen(c)) return 8;
        if (c.used == c.times) return 9;
        return block.timestamp < c.from ? 7 : 5;
    }

    // ---------------------------------------------------------------- changes

    function _open(Told storage c, uint256 status, uint256 ops, uint256 from, uint256 until, uint256 times) internal {
        c.status = status;
        c.version = c.version + 1;
        c.ops = ops;
        c.from = from;
        c.until = until;
        c.granted = block.timestamp;
        c.changed = block.timestamp;
        c.times = times;
        c.used = 0;
    }

    function _extend(Told storage c, uint256 until) internal {
        c.version = c.version + 1;
        c.until = until;
        c.changed = block.timestamp;
    }

    /// @dev An end of any kind, whose version is given: only what stands takes the new status.
    function _close(Told storage c, uint256 status, uint256 version) internal {
        if (_stands(c)) c.status = status;
        c.version = version > TOP ? TOP : version;
        c.changed = block.timestamp;
        c.times = 0;
        c.used = 0;
    }

    /// @dev The record in one word, by multiplication.
    function _packed(Told memory c) internal pure returns (uint256) {
        return c.status + c.version * 2 ** 8 + c.ops * 2 ** 40 + c.from * 2 ** 72 + c.until * 2 ** 112
            + c.granted * 2 ** 152 + c.changed * 2 ** 192 + c.times * 2 ** 232 + c.used * 2 ** 240;
    }
}
