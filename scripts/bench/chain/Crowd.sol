// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Many accounts that act on the real contracts, a few hundred acts in one transaction: what the benchmarks' chains
/// are made of. Every act is the account's own (msg.sender), so heads and roll are genuine.
contract Crowd {
    struct Step {
        uint256 who;
        address target;
        bytes call;
    }

    Person[] public people;

    /// @notice Adds `count` accounts.
    function join(uint256 count) external {
        for (uint256 i; i < count; i++) people.push(new Person());
    }

    /// @notice Lets accounts act, in order; all or none.
    function perform(Step[] calldata steps) external {
        for (uint256 i; i < steps.length; i++) people[steps[i].who].act(steps[i].target, steps[i].call);
    }

    /// @notice Accounts `from` to `to` (not included).
    function list(uint256 from, uint256 to) external view returns (address[] memory found) {
        found = new address[](to - from);
        for (uint256 i = from; i < to; i++) found[i - from] = address(people[i]);
    }
}

/// @dev One account of the crowd: does and signs (ERC-1271) what the crowd says.
contract Person {
    address private immutable _crowd = msg.sender;

    function act(address target, bytes calldata call) external {
        require(msg.sender == _crowd);
        (bool done, bytes memory reason) = target.call(call);
        if (!done) assembly ("memory-safe") { revert(add(reason, 0x20), mload(reason)) }
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }
}
