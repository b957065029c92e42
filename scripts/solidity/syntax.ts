// The syntax tree of the contracts, as the compiler itself sees it. Offsets count bytes, so sources are held as one
// character per byte (latin1) for as long as they are cut and put together.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "../build/project-root.ts";

/** A node of the tree: what every node has, and the rest by name. */
export type SyntaxNode = { nodeType: string; start: number; end: number; raw: Record<string, unknown> };

/** One source file: its text (a character per byte) and its tree. */
export type Source = { path: string; text: string; tree: SyntaxNode };

const rawNode = z.looseObject({ nodeType: z.string(), src: z.string() });
const output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  sources: z.record(z.string(), z.object({ ast: rawNode.optional() })),
});
const compiler = z.object({ compile: z.function({ input: [z.string(), z.unknown()], output: z.string() }) });

/** Parses every contract below contracts/. */
export function parseContracts(): Source[] {
  const paths = listContracts("contracts");
  const solc = compiler.parse(createRequire(import.meta.url)("solc"));
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: readText(path).toString("utf8") }])),
    settings: { outputSelection: { "*": { "": ["ast"] } } },
  };
  const find = (path: string): { contents: string } | { error: string } => {
    const file = join(projectRoot, "node_modules", path);
    return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `${path} was not found` };
  };
  const { errors = [], sources } = output.parse(JSON.parse(solc.compile(JSON.stringify(input), { import: find })));
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new Failure("internal", fatal.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return paths.map((path) => {
    const tree = toNode(sources[path]?.ast);
    if (tree === undefined) throw new Failure("internal", `The compiler gave no tree of ${path}.`);
    return { path, text: readText(path).toString("latin1"), tree };
  });
}

/** Every .sol file below a folder, in a fixed order, relative to the project and with forward slashes. */
export function listContracts(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listContracts(path);
      return entry.name.endsWith(".sol") ? [path] : [];
    });
}

function readText(path: string): Buffer {
  return readFileSync(join(projectRoot, path));
}

/** An unknown value as a node, where it is one. */
export function toNode(value: unknown): SyntaxNode | undefined {
  const parsed = rawNode.safeParse(value);
  if (!parsed.success) return undefined;
  const [start = 0, length = 0] = parsed.data.src.split(":").map(Number);
  return { nodeType: parsed.data.nodeType, start, end: start + length, raw: parsed.data };
}

/** The node in a field, where there is one. */
export function field(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return toNode(node.raw[name]);
}

/** The nodes in a list field. */
export function list(node: SyntaxNode, name: string): SyntaxNode[] {
  const value = node.raw[name];
  return Array.isArray(value) ? value.flatMap((entry) => toNode(entry) ?? []) : [];
}

/** A field that holds text, or "". */
export function word(node: SyntaxNode | undefined, name: string): string {
  const value = node?.raw[name];
  return typeof value === "string" ? value : "";
}

/** The number that a literal stands for, whose digits may be set apart by underscores. */
export function numberOf(node: SyntaxNode): bigint {
  return BigInt(word(node, "value").replaceAll("_", ""));
}

/** The type that the compiler gave an expression, such as "uint32" or "struct Grant calldata". */
export function typeOf(node: SyntaxNode | undefined): string {
  const types = node?.raw["typeDescriptions"];
  const parsed = z.looseObject({ typeString: z.string() }).safeParse(types);
  return parsed.success ? parsed.data.typeString : "";
}

/** The nodes right below a node, in the order of the source. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const value of Object.values(node.raw)) {
    for (const entry of Array.isArray(value) ? value : [value]) {
      const child = toNode(entry);
      if (child !== undefined) found.push(child);
    }
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The line of an offset, counted from 1. */
export function lineOf({ text }: Source, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
