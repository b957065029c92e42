// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAnswers} from "./IAnswers.sol";
import {IAppointmentChanges} from "./IAppointmentChanges.sol";
import {IAppointments} from "./IAppointments.sol";
import {IBatches} from "./IBatches.sol";
import {ICareBatches} from "./ICareBatches.sol";
import {IConsents} from "./IConsents.sol";
import {IEmergency} from "./IEmergency.sol";
import {IHistory} from "./IHistory.sol";
import {IKeys} from "./IKeys.sol";
import {IMoves} from "./IMoves.sol";
import {IProxies} from "./IProxies.sol";
import {IReceipts} from "./IReceipts.sol";
import {IRecords} from "./IRecords.sol";
import {IRelays} from "./IRelays.sol";
import {IReplies} from "./IReplies.sol";
import {IRequests} from "./IRequests.sol";
import {ISignedActs} from "./ISignedActs.sol";

/// @title Placet's ledger
/// @notice Consents, keys, documents, appointments and receipt roots of all accounts, with one history per account. It
/// has no owner, no pause and no way to be changed, so nobody can stop a revocation; it takes no ether.
/// @dev EIP-712 domain: name "Placet", version "1", chain id, this contract (EIP-5267 tells it).
interface ILedger is
    IKeys,
    IRequests,
    IReplies,
    IEmergency,
    IProxies,
    IBatches,
    ICareBatches,
    IRelays,
    IRecords,
    IConsents,
    IAppointments,
    IAppointmentChanges,
    IReceipts,
    IMoves,
    IAnswers,
    IHistory,
    ISignedActs,
    IERC165
{}
