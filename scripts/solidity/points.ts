// What of the contracts a test can reach: every statement, and both outcomes of every condition (of if, for, ?:, and each
// side of && and ||; a case of a switch in assembly has one). The same sources give the same points with the same names.

import { children, field, lineOf, list, typeOf, word, type Source, type SyntaxNode } from "./syntax.ts";

/** A statement, or one outcome of a condition. */
export type Point = {
  id: number;
  /** What it is called in the list of exceptions: that survives a change of lines elsewhere. */
  name: string;
  file: string;
  /** The function. */
  place: string;
  line: number;
  start: number;
  end: number;
  kind: "statement" | "body" | "true" | "false" | "case";
  /** A constructor runs in the first test that deploys, and what it did is there in all. */
  isAtDeployment: boolean;
};

type Found = Omit<Point, "id" | "name">;

/** Every point of the sources. A condition's false outcome has the number after its true one. */
export function findPoints(sources: Source[]): Point[] {
  const seen = new Map<string, number>();
  return sources.flatMap(findInSource).map((point, index) => {
    const source = sources.find(({ path }) => path === point.file);
    const text = inOneLine(source?.text.slice(point.start, point.end) ?? "");
    const outcome = point.kind === "true" || point.kind === "false" ? ` is ${point.kind}` : "";
    const name = `${point.file} ${point.place}: ${text}${outcome}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...point, id: index + 1, name: count === 1 ? name : `${name} (${count})` };
  });
}

/** The innermost statement around an offset; undefined outside of all, and in what runs at deployment. */
export function statementAt(points: Point[], file: string, offset: number): Point | undefined {
  return points
    .filter(
      (point) =>
        point.file === file &&
        (point.kind === "statement" || point.kind === "body") &&
        !point.isAtDeployment &&
        point.start <= offset &&
        offset < point.end,
    )
    .sort((a, b) => a.end - a.start - (b.end - b.start))[0];
}

function findInSource(source: Source): Found[] {
  const found: Found[] = [];
  const add = (node: SyntaxNode, kind: Point["kind"], inside: { place: string; isAtDeployment: boolean }): void => {
    // A statement ends with its semicolon, which the tree leaves out.
    const end = kind !== "true" && kind !== "false" && source.text[node.end] === ";" ? node.end + 1 : node.end;
    found.push({ ...inside, file: source.path, line: lineOf(source, node.start), start: node.start, end, kind });
  };
  const visit = (node: SyntaxNode, outer: { place: string; isAtDeployment: boolean }): void => {
    const isFunction = ["FunctionDefinition", "ModifierDefinition"].includes(node.nodeType);
    const inside = isFunction
      ? {
          place: word(node, "name") || word(node, "kind"),
          isAtDeployment: word(node, "kind") === "constructor",
        }
      : outer;
    if (["Block", "UncheckedBlock"].includes(node.nodeType)) {
      for (const statement of list(node, "statements")) add(statement, "statement", inside);
    }
    for (const name of ["trueBody", "falseBody", "body"]) {
      const body = field(node, name);
      if (body === undefined || isFunction || !/^(If|For|While)Statement$/.test(node.nodeType)) continue;
      if (!/Block$/.test(body.nodeType)) add(body, "body", inside);
    }
    for (const condition of conditionsOf(node)) {
      add(condition, "true", inside);
      add(condition, "false", inside);
    }
    if (node.nodeType === "YulCase") {
      const body = field(node, "body");
      if (body !== undefined) add(body, "case", inside);
    }
    for (const child of children(node)) visit(child, inside);
  };
  visit(source.tree, { place: "", isAtDeployment: false });
  return found;
}

function conditionsOf(node: SyntaxNode): SyntaxNode[] {
  if (node.nodeType === "BinaryOperation" && ["&&", "||"].includes(word(node, "operator"))) {
    return ["leftExpression", "rightExpression"].flatMap((name) => field(node, name) ?? []).filter(isNoChain);
  }
  if (/^(IfStatement|ForStatement|WhileStatement|Conditional)$/.test(node.nodeType)) {
    return ["condition"].flatMap((name) => field(node, name) ?? []);
  }
  if (node.nodeType === "FunctionCall" && word(field(node, "expression"), "name") === "require") {
    return list(node, "arguments").slice(0, 1);
  }
  return [];
}

/** Of a chain such as a || b || c each part counts, and not a || b besides. */
function isNoChain(node: SyntaxNode): boolean {
  return (
    typeOf(node) === "bool" && !(node.nodeType === "BinaryOperation" && ["&&", "||"].includes(word(node, "operator")))
  );
}

function inOneLine(text: string): string {
  const line = Buffer.from(text, "latin1").toString("utf8").replace(/\s+/g, " ");
  return line.length <= 120 ? line : `${line.slice(0, 80)} ... ${line.slice(-30)}`;
}
