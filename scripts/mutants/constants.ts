// Constants cannot be switched at run time where they are declared, so a wrong value of one stands wherever it is used.

import { children, field, list, numberOf, toNode, word, type Source, type SyntaxNode } from "../solidity/syntax.ts";

/** A constant of a number type, with its value. */
export type Constant = { name: string; type: string; value: bigint; declaredAt: number };

/** Every constant number that is declared in a source, its value worked out with the help of those known already. */
export function readConstants(source: Source, known: Map<string, Constant>): Constant[] {
  const found: Constant[] = [];
  for (const node of declarations(source.tree)) {
    const value = field(node, "value");
    const type = /^u?int\d+/.exec(word(field(node, "typeName"), "name"))?.[0];
    if (node.raw["constant"] !== true || value === undefined || type === undefined) continue;
    const worth = evaluate(value, new Map([...known, ...found.map((one) => [one.name, one] as const)]));
    if (worth !== undefined) found.push({ name: word(node, "name"), type, value: worth, declaredAt: node.start });
  }
  return found;
}

/** Wrong values: the lowest bit missing, one more above the highest. */
export function wrongValues({ type, value }: Constant): bigint[] {
  if (value === 0n) return [1n];
  const lowest = value & -value;
  const highest = 1n << BigInt(value.toString(2).length - 1);
  const limit = 1n << BigInt(type.replace(/\D/g, ""));
  return [...new Set([value ^ lowest, value | (highest << 1n)])].filter((wrong) => wrong < limit);
}

function declarations(node: SyntaxNode): SyntaxNode[] {
  return node.nodeType === "VariableDeclaration" ? [node] : children(node).flatMap(declarations);
}

function evaluate(node: SyntaxNode, known: Map<string, Constant>): bigint | undefined {
  const part = (name: string): bigint | undefined => {
    const inner = field(node, name);
    return inner === undefined ? undefined : evaluate(inner, known);
  };
  switch (node.nodeType) {
    case "Literal":
      return word(node, "kind") === "number" ? numberOf(node) : undefined;
    case "Identifier":
      return known.get(word(node, "name"))?.value;
    case "TupleExpression":
      return list(node, "components").map((inner) => evaluate(inner, known))[0];
    case "FunctionCall":
      return list(node, "arguments").map((inner) => evaluate(inner, known))[0];
    case "MemberAccess":
      return largest(node);
    case "BinaryOperation":
      return combine(word(node, "operator"), part("leftExpression"), part("rightExpression"));
    default:
      return undefined;
  }
}

function largest(node: SyntaxNode): bigint | undefined {
  const of = field(node, "expression");
  const named = of === undefined ? undefined : list(of, "arguments")[0];
  const bits = /^uint(\d+)$/.exec(word(toNode(named?.raw["typeName"]), "name"))?.[1];
  return word(node, "memberName") === "max" && bits !== undefined ? (1n << BigInt(bits)) - 1n : undefined;
}

function combine(operator: string, left: bigint | undefined, right: bigint | undefined): bigint | undefined {
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case "|":
      return left | right;
    case "&":
      return left & right;
    case "<<":
      return left << right;
    case "+":
      return left + right;
    case "-":
      return left - right;
    default:
      return undefined;
  }
}
