// What a provider's vault keeps of their patients' names: for whom it is shown, and until when.
import { describe, expect, it } from "vitest";
import { addKnown, dropFormer, readKnown } from "#app/patients/known-names.ts";

const clinic = "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955";
const other = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const named = (name: string) => ({ name, born: null, own: false, organisation: null });
const settings = addKnown(
  { idleMinutes: 5 },
  {
    ana: named("Ana"),
    ben: { ...named("Ben"), organisation: clinic },
    cem: { ...named("Cem"), organisation: other },
  },
);
const namesFor = (organisation: string | undefined, of = settings) =>
  Object.values(readKnown(of, organisation)).map(({ name }) => name);

describe("A doctor who is a member of organisations", () => {
  it("sees their own patients' names, and those of the organisation that they read for", () => {
    expect(namesFor(undefined)).toEqual(["Ana"]);
    expect(namesFor(clinic.toLowerCase())).toEqual(["Ana", "Ben"]);
    expect(namesFor(other)).toEqual(["Ana", "Cem"]);
  });

  it("keeps no name that they read for an organisation once they have left it", () => {
    const left = dropFormer(settings, [other]);
    expect(namesFor(clinic, left)).toEqual(["Ana"]);
    expect(namesFor(other, left)).toEqual(["Ana", "Cem"]);
    expect(left["idleMinutes"]).toBe(5);
    expect(JSON.stringify(left)).not.toContain("Ben");
  });

  it("has nothing stored anew where there is nothing to forget", () => {
    expect(dropFormer(settings, [clinic.toLowerCase(), other])).toBe(settings);
    expect(dropFormer({}, [])).toEqual({});
  });
});
