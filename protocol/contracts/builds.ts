// Generated from the compiled contracts by `npm run abis`. Do not edit.

/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */
export const publishedBuilds = {
  ledger: {
    codeHash: "0x8705a05dabe35ca8a7a041d2eb715803218dfbb851b70d1402d8c0b29b76e9eb",
    immutables: [
      { name: "extension", start: 80 },
      { name: "_registry", start: 4795 },
      { name: "extension", start: 5935 },
      { name: "_registry", start: 10495 },
      { name: "_cachedThis", start: 12598 },
      { name: "_cachedDomainSeparator", start: 12652 },
      { name: "_hashedName", start: 12731 },
      { name: "_hashedVersion", start: 12769 },
      { name: "_cachedChainId", start: 12835 },
    ],
  },
  ledgerExtension: {
    codeHash: "0x6c0163f1d1e3c658c022e9a14d51350dbf4478984df1b1b99f440328d03fae47",
    immutables: [
      { name: "_registry", start: 16478 },
      { name: "_registry", start: 17612 },
      { name: "_registry", start: 18533 },
      { name: "_cachedThis", start: 19769 },
      { name: "_cachedDomainSeparator", start: 19823 },
      { name: "_hashedName", start: 19902 },
      { name: "_hashedVersion", start: 19940 },
      { name: "_cachedChainId", start: 20006 },
    ],
  },
  providerRegistry: { codeHash: "0x601c99476393d3e1668049863c48ee49c7ac9f9abf5c06a8d4d2bc1816e54240", immutables: [] },
} as const;
