// What the patient's screens say. Plain words at the level of a school of fourteen, sentence case.

/** English messages of the patient's screens; every key begins with "patient.". */
export const patient = {
  "patient.place": "Patient",
} as const;
