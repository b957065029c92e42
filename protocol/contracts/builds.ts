// Generated from the compiled contracts by `npm run abis`. Do not edit.

/** By what the contracts' code is recognised: its hash with all immutable values zero, and where those stand. */
export const publishedBuilds = {
  ledger: {
    codeHash: "0x8351be9b7f5d12e0f80f9138e24fc7d100093b1eb992fb25e245034c13f10917",
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
    codeHash: "0xce846b663263072b205decbb7e57626915c845d7b675d5d08156d42110777d10",
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
  providerRegistry: { codeHash: "0xe7514fac10f7b36a824bcc5563983354015ebe2426343e499c2a5b473e33954c", immutables: [] },
} as const;
