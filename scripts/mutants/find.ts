// Finding all mutants: the same sources give the same ones, in the same order and with the same names.

import { children, lineOf, list, word, type Source, type SyntaxNode } from "../solidity/syntax.ts";
import { statementAt, type Point } from "../solidity/points.ts";
import { readConstants, wrongValues, type Constant } from "./constants.ts";
import { changeableBelow, changesOf, type Context, type Edit } from "./operators.ts";

/** One wrong contract: what is changed, told as `file:line`, what stands there and what it becomes. */
export type Mutant = {
  id: number;
  /** What it is called in the list of those that change nothing: that survives a change of lines elsewhere. */
  name: string;
  file: string;
  line: number;
  was: string;
  becomes: string;
  edits: (Edit & { file: string })[];
};

/** The statements in which a mutant changes something; none when a change lies outside of all. */
export function placesOf({ edits }: Mutant, points: Point[]): Point[] {
  const places = edits.map(({ file, start }) => statementAt(points, file, start));
  return places.includes(undefined) ? [] : places.filter((place) => place !== undefined);
}

/** Every mutant of the sources for which `isMeant` holds. */
export function findMutants(sources: Source[], isMeant: (path: string) => boolean): Mutant[] {
  const typehashes = sources.flatMap(({ tree }) => typehashesOf(tree));
  const meant = sources.filter(({ path }) => isMeant(path));
  const known = new Map<string, Constant>();
  for (const one of sources) for (const constant of readConstants(one, known)) known.set(constant.name, constant);
  const constants = new Map([...known.values()].map(({ name, type, value }) => [name, `${type}(${value})`]));
  const mutants: Found[] = [];
  for (const source of meant) {
    const context: Context = { text: ({ start, end }) => source.text.slice(start, end), typehashes, constants };
    const visit = (node: SyntaxNode, place: string): void => {
      const inside = node.nodeType === "FunctionDefinition" ? word(node, "name") || word(node, "kind") : place;
      for (const change of changesOf(node, context)) mutants.push(describe(source, inside, change));
      for (const below of changeableBelow(node)) visit(below, inside);
    };
    visit(source.tree, "");
    mutants.push(...mutateConstants(source, { known, meant }));
  }
  const seen = new Map<string, number>();
  const count = (key: string): number => {
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key) ?? 0;
  };
  return mutants
    .filter(({ edits }) => count(JSON.stringify(edits)) === 1)
    .map(({ place, ...mutant }, index) => {
      const name = `${mutant.file} ${place}: ${mutant.was} -> ${mutant.becomes}`;
      const again = count(name);
      return { ...mutant, id: index + 1, name: again === 1 ? name : `${name} (${again})` };
    });
}

type Found = Omit<Mutant, "id" | "name"> & { place: string };

function describe(source: Source, place: string, change: Edit[]): Found {
  const start = Math.min(...change.map((edit) => edit.start));
  const end = Math.max(...change.map((edit) => edit.end));
  const [first] = change;
  const becomes = change.length === 1 ? (first?.becomes ?? "") : change.map((edit) => edit.becomes).join(", ");
  return {
    place,
    file: source.path,
    line: lineOf(source, start),
    was: inOneLine(source.text.slice(start, end)),
    becomes: becomes === "" ? "(nothing)" : inOneLine(becomes),
    edits: change.map((edit) => ({ ...edit, file: source.path })),
  };
}

function inOneLine(text: string): string {
  const line = Buffer.from(text, "latin1").toString("utf8").replace(/\s+/g, " ");
  return line.length <= 160 ? line : `${line.slice(0, 100)} ... ${line.slice(-50)}`;
}

function typehashesOf(tree: SyntaxNode): string[] {
  return children(tree)
    .filter((node) => node.nodeType === "ContractDefinition" && word(node, "name") === "Typehash")
    .flatMap((library) => list(library, "nodes"))
    .filter((node) => node.nodeType === "VariableDeclaration" && word(node, "visibility") === "internal")
    .map((node) => word(node, "name"));
}

function mutateConstants(source: Source, all: { known: Map<string, Constant>; meant: Source[] }): Found[] {
  return readConstants(source, all.known).flatMap((constant) => {
    const uses = all.meant.flatMap((one) => usesOf(one, constant.name));
    if (uses.length === 0) return [];
    return wrongValues(constant).map((wrong) => {
      const becomes = `${constant.type}(${wrong})`;
      return {
        place: "",
        file: source.path,
        line: lineOf(source, constant.declaredAt),
        was: `${constant.name} = 0x${constant.value.toString(16)}`,
        becomes: `0x${wrong.toString(16)}`,
        edits: uses.map((use) => ({ ...use, becomes, kind: "expression" as const })),
      };
    });
  });
}

function usesOf(source: Source, name: string): { file: string; start: number; end: number }[] {
  const found: { file: string; start: number; end: number }[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.nodeType === "Identifier" && word(node, "name") === name) {
      found.push({ file: source.path, start: node.start, end: node.end });
    }
    changeableBelow(node).forEach(visit);
  };
  visit(source.tree);
  return found;
}
