// What the auditor's screens say. Plain words at the level of a school of fourteen, sentence case.

/** English messages of the auditor's screens; every key begins with "auditor.". */
export const auditor = {
  "auditor.place": "Auditor",
} as const;
