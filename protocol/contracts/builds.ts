// Generated from the compiled contracts by `npm run abis`. Do not edit.

/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */
export const publishedBuilds = {
  ledger: {
    codeHash: "0x22dbd6b5474168d3c7d2b519e43dc109e670146b529f6f30882d4d5c078759f1",
    immutables: [
      { name: "extension", start: 80 },
      { name: "_registry", start: 6465 },
      { name: "extension", start: 7228 },
      { name: "_registry", start: 12129 },
      { name: "_cachedThis", start: 14720 },
      { name: "_cachedDomainSeparator", start: 14774 },
      { name: "_hashedName", start: 14853 },
      { name: "_hashedVersion", start: 14891 },
      { name: "_cachedChainId", start: 14957 },
    ],
  },
  ledgerExtension: {
    codeHash: "0x7a0fb604307682e76b71e749746f9b9dc4e353dd036e0c65032bbbe0ab9f9cb8",
    immutables: [
      { name: "_registry", start: 16135 },
      { name: "_registry", start: 17067 },
      { name: "_registry", start: 17646 },
      { name: "_cachedThis", start: 18807 },
      { name: "_cachedDomainSeparator", start: 18861 },
      { name: "_hashedName", start: 18940 },
      { name: "_hashedVersion", start: 18978 },
      { name: "_cachedChainId", start: 19044 },
    ],
  },
  providerRegistry: { codeHash: "0xc293b0aff9ab18314cf92d6613b63e73644aae352233570c120a031861df3235", immutables: [] },
} as const;
