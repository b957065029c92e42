// What the registrar's screens say. Plain words at the level of a school of fourteen, sentence case.

/** English messages of the registrar's screens; every key begins with "registrar.". */
export const registrar = {
  "registrar.place": "Registrar",
} as const;
