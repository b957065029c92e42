// Chains that are there to try things on. Everybody knows the keys of their accounts, so only there may demo people act,
// and only there does the service use a gateway key that is nobody's secret.

import { type Hex, toHex } from "viem";
import { demoAccount } from "../demo-people.ts";
import type { ChainIdentity } from "./identify-chain.ts";

const gatewayIndex = 1;

/** True for the chain ids that Hardhat and its like use. */
export function isDevelopmentChain(chain: ChainIdentity): boolean {
  return chain.chainId === 31337 || chain.chainId === 1337;
}

/** The environment that gives the service the funded gateway account of a development chain; empty for any other. */
export function gatewayEnvironment(chain: ChainIdentity): Record<string, Hex> {
  if (!isDevelopmentChain(chain) || process.env["PLACET_GATEWAY_KEY"] !== undefined) return {};
  const { privateKey } = demoAccount(gatewayIndex).getHdKey();
  return privateKey === null ? {} : { PLACET_GATEWAY_KEY: toHex(privateKey) };
}
