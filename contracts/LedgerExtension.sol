// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAnswers} from "./interfaces/IAnswers.sol";
import {IAppointmentChanges} from "./interfaces/IAppointmentChanges.sol";
import {IAppointments} from "./interfaces/IAppointments.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {ICareBatches} from "./interfaces/ICareBatches.sol";
import {IConsents} from "./interfaces/IConsents.sol";
import {IEmergency} from "./interfaces/IEmergency.sol";
import {IHistory} from "./interfaces/IHistory.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {IMoves} from "./interfaces/IMoves.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {IProxies} from "./interfaces/IProxies.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {IRelays} from "./interfaces/IRelays.sol";
import {IReplies} from "./interfaces/IReplies.sol";
import {IRequests} from "./interfaces/IRequests.sol";
import {ISignedActs} from "./interfaces/ISignedActs.sol";
import {Answers} from "./modules/Answers.sol";
import {AppointmentChanges} from "./modules/AppointmentChanges.sol";
import {CareBatches} from "./modules/CareBatches.sol";
import {Emergency} from "./modules/Emergency.sol";
import {Keys} from "./modules/Keys.sol";
import {LedgerState} from "./modules/LedgerState.sol";
import {Moves} from "./modules/Moves.sol";
import {Proxies} from "./modules/Proxies.sol";
import {Receipts} from "./modules/Receipts.sol";
import {Relays} from "./modules/Relays.sol";
import {Replies} from "./modules/Replies.sol";

/// @dev The second half of the ledger's code. The ledger runs it on its own storage and under its own address; called
/// directly it is an empty ledger of its own, that nobody looks at.
contract LedgerExtension is
    IERC165,
    Keys,
    Emergency,
    Proxies,
    Replies,
    CareBatches,
    Relays,
    AppointmentChanges,
    Receipts,
    Moves,
    Answers
{
    constructor(IProviderRegistry registry) LedgerState(registry) {}

    /// @notice Which interfaces the ledger has (ERC-165): the standard ones, and each of its modules'.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC5267).interfaceId
            || id == type(IConsents).interfaceId || id == type(IEmergency).interfaceId
            || id == type(IProxies).interfaceId || id == type(IRequests).interfaceId || id == type(IKeys).interfaceId
            || id == type(IRecords).interfaceId || id == type(IAppointments).interfaceId
            || id == type(ICareBatches).interfaceId || id == type(IRelays).interfaceId
            || id == type(IReceipts).interfaceId || id == type(IBatches).interfaceId
            || id == type(IReplies).interfaceId || id == type(IAppointmentChanges).interfaceId
            || id == type(IMoves).interfaceId || id == type(IAnswers).interfaceId
            || id == type(IHistory).interfaceId || id == type(ISignedActs).interfaceId;
    }
}
