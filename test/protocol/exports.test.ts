// The doors of what every party must agree on. An export that appears or goes is a decision: it changes this list.

import { describe, expect, it } from "vitest";
import * as appointments from "#protocol/appointments/index.ts";
import * as codes from "#protocol/codes/index.ts";
import * as consent from "#protocol/consent/index.ts";
import * as history from "#protocol/history/index.ts";
import * as profile from "#protocol/profile/index.ts";
import * as typedData from "#protocol/typed-data/index.ts";

describe("The public face of", () => {
  it.each(Object.entries({ appointments, codes, consent, history, profile, typedData }))(
    "%s is as it was",
    (_, door) => {
      expect(Object.keys(door).toSorted().join(" ")).toMatchSnapshot();
    },
  );
});
