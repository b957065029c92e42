// Who takes part in the story, and where it is played. Steps put people in as they arrive; later steps find them there.

import type { Browser } from "playwright-core";
import type { Person, Wishes } from "../person.ts";
import type { Stack } from "../stack.ts";

/** The patient's address: the demo's account 2. */
export const ANA = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
/** The auditor's address: the demo's account 8. */
export const INES = "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f";

/** The stage and everybody on it. */
export type Cast = {
  stack: Stack;
  browser: Browser;
  ana: Person;
  lena: Person;
  rosa: Person;
  ben: Person;
  ines: Person;
  /** Where the patient's recovery kit was saved. */
  kitFile: string;
  /** All that crossed the network, as text. */
  traffic: string[];
  /** Makes a browser tell its traffic. */
  heard: Wishes;
};
