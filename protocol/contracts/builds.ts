// Generated from the compiled contracts by `npm run abis`. Do not edit.

/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */
export const publishedBuilds = {
  ledger: {
    codeHash: "0xbee6ef8e9fc6f6f71b9fd5a0c4be79bdd0fa73ad97a0baf4502a29ffcf352634",
    immutables: [
      { name: "extension", start: 80 },
      { name: "_registry", start: 6400 },
      { name: "extension", start: 7163 },
      { name: "_registry", start: 12228 },
      { name: "_cachedThis", start: 14498 },
      { name: "_cachedDomainSeparator", start: 14552 },
      { name: "_hashedName", start: 14631 },
      { name: "_hashedVersion", start: 14669 },
      { name: "_cachedChainId", start: 14735 },
    ],
  },
  ledgerExtension: {
    codeHash: "0x5741608b78932a1467aa315c8004b05615fec5c0f22bbf9013f3c52b5033efc7",
    immutables: [
      { name: "_registry", start: 15267 },
      { name: "_registry", start: 16406 },
      { name: "_registry", start: 16853 },
      { name: "_cachedThis", start: 17919 },
      { name: "_cachedDomainSeparator", start: 17973 },
      { name: "_hashedName", start: 18052 },
      { name: "_hashedVersion", start: 18090 },
      { name: "_cachedChainId", start: 18156 },
    ],
  },
  providerRegistry: { codeHash: "0xe7514fac10f7b36a824bcc5563983354015ebe2426343e499c2a5b473e33954c", immutables: [] },
} as const;
