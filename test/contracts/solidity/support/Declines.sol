// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {IProxies} from "../../../../contracts/interfaces/IProxies.sol";
import {Accounts} from "./Accounts.sol";
import {who, signWith} from "./People.sol";

/// @dev A proxy declines for the patient, under a mandate in force, plainly or signed; what is signed is good once.
abstract contract Declines is Accounts {
    mapping(bytes32 digest => bool) private spent;

    function declineByProxy(uint256 seed) external chosenBy(seed) {
        Chosen memory x;
        x.s = who(_subject());
        (x.proxy, x.mandate) = _mandate(x.s);
        (x.g, x.scope, x.words) = (who(_grantee()), keccak256("request"), keccak256(abi.encode("note", _pick(3))));
        x.mayPass = _allows(told[x.s][who(x.proxy)][x.mandate], MANAGE_OP);
        bytes memory told_ = abi.encode(
            IProxies.DeclinedByProxy.selector, x.s, x.g, x.scope, x.words, who(x.proxy), x.mandate
        );
        if (_oneIn(2)) {
            bytes memory plain = abi.encodeCall(ILedger(ledger).declineByProxy, (x.s, x.g, x.scope, x.words, x.mandate));
            _actTold("declineByProxy", x.proxy, plain, x.mayPass, told_);
        } else {
            (x.signer, x.deadline) = (_signer(x.proxy), _deadline());
            bytes32 digest = _digest(_decliningWords(x));
            x.mayPass = x.mayPass && x.signer == x.proxy && block.timestamp <= x.deadline && !spent[digest];
            bytes memory data = _decliningData(x, signWith(x.signer, digest));
            bool done = _actTold("declineByProxySigned", everybody[_pick(12)], data, x.mayPass, told_);
            if (done) spent[digest] = true;
            if (done) _act("declineByProxySigned again", everybody[_pick(12)], data, false, 0);
        }
        _checkSome();
    }

    function _decliningWords(Chosen memory x) private view returns (bytes32) {
        address proxy = who(x.proxy);
        bytes memory first = abi.encode(_typehash(DECLINE_BY_PROXY), proxy, x.mandate, x.s, x.g, x.scope, x.words);
        return keccak256(bytes.concat(first, abi.encode(generations[proxy], x.deadline)));
    }

    function _decliningData(Chosen memory x, bytes memory signature) private view returns (bytes memory) {
        return abi.encodeCall(
            ILedger(ledger).declineByProxySigned,
            (IProxies.Mandate(who(x.proxy), x.mandate), x.s, x.g, x.scope, x.words, x.deadline, signature)
        );
    }
}
