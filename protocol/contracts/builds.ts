// Generated from the compiled contracts by `npm run abis`. Do not edit.

/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */
export const publishedBuilds = {
  ledger: {
    codeHash: "0xba155f6f25fc1e767856a9af5b616fdce48c870ec10e6b7f04ef0b19f0fe6fda",
    immutables: [
      { name: "extension", start: 80 },
      { name: "_registry", start: 6251 },
      { name: "extension", start: 7014 },
      { name: "_registry", start: 12043 },
      { name: "_cachedThis", start: 14475 },
      { name: "_cachedDomainSeparator", start: 14529 },
      { name: "_hashedName", start: 14608 },
      { name: "_hashedVersion", start: 14646 },
      { name: "_cachedChainId", start: 14712 },
    ],
  },
  ledgerExtension: {
    codeHash: "0x7f9f1b6fb4b80e10778ae7a305c2c41823d3da977ea21ed168543872daeed803",
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
