// What the provider's screens say. Plain words at the level of a school of fourteen, sentence case.

/** English messages of the provider's screens; every key begins with "provider.". */
export const provider = {
  "provider.place": "Provider",
} as const;
