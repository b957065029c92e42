// An account that has its code elsewhere (EIP-7702), as a wallet does it: a signed authorization in a type-4 transaction.

import { ethers, word, type Stage } from "./stage.ts";

/** Ana's key: the third of the simulated chain's accounts. */
const PHRASE = "test test test test test test test test test test test junk";
const PATH = "m/44'/60'/0'/0/2";

/** Has Ana's account run the code at `address`; the relayer sends it. The key goes on signing. */
export async function delegateAna(stage: Stage, address: string): Promise<void> {
  const key = ethers.HDNodeWallet.fromPhrase(PHRASE, "", PATH);
  if (key.address !== stage.ana.address) throw new Error("This is not Ana's key.");
  const nonce = await ethers.provider.getTransactionCount(stage.ana.address);
  const { chainId } = await ethers.provider.getNetwork();
  const authorization = key.authorizeSync({ address, nonce, chainId });
  // The simulated chain's own accounts cannot send this type: somebody else, who has ether for once, does.
  const sender = new ethers.Wallet(word("who pays for it"), ethers.provider);
  await (await stage.relayer.sendTransaction({ to: sender.address, value: 10n ** 18n })).wait();
  const sent = await sender.sendTransaction({ type: 4, to: sender.address, authorizationList: [authorization] });
  await sent.wait();
  const code = await ethers.provider.getCode(stage.ana.address);
  if (code !== ethers.concat(["0xef0100", address])) throw new Error(`The account was not delegated: ${code}`);
}
