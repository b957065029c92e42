// What can be changed about a node of the source: each change is one way in which a contract could be wrong.

import { children, field, list, numberOf, typeOf, word, type SyntaxNode } from "../solidity/syntax.ts";

/** A part of a source and what stands there instead. */
export type Edit = { start: number; end: number; becomes: string; kind: "expression" | "statement" | "assembly" };

/** One change: all of its edits at once. */
export type Change = Edit[];

/** How a node reads, the names of all type hashes, and every constant number as an expression. */
export type Context = {
  text: (node: SyntaxNode) => string;
  typehashes: string[];
  constants: Map<string, string>;
};

const swaps: Record<string, string[]> = {
  "==": ["!="],
  "!=": ["=="],
  "<": ["<="],
  "<=": ["<"],
  ">": [">="],
  ">=": [">"],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
};

/** Constants of one type; each is exchanged for the next of its row. */
const constantRows = [
  ["NONE", "ACTIVE", "REVOKED", "RENOUNCED", "SUPERSEDED", "ARMED", "EXPIRED", "NOT_YET_BEGUN"],
  ["READ", "CONTRIBUTE", "QUERY"],
  ["DOCTOR", "NURSE"],
];

/** Accessors of a record that give one type, exchanged in the same way. */
const accessorRows = [
  ["notBefore", "expiresAt", "grantedAt", "changedAt"],
  ["version", "ops"],
];

/** Every change of this node itself; changes of what lies inside it are asked for apart. */
export function changesOf(node: SyntaxNode, context: Context): Change[] {
  const expression = (becomes: string[]): Change[] =>
    becomes.map((text) => [{ start: node.start, end: node.end, becomes: text, kind: "expression" }]);
  switch (node.nodeType) {
    case "BinaryOperation":
      return expression(changeBinary(node, context));
    case "UnaryOperation":
      return expression(changeUnary(node, context));
    case "Literal":
      return expression(changeLiteral(node));
    case "Identifier":
      return expression(changeConstant(word(node, "name"), context));
    case "MemberAccess":
      return expression(changeMember(node, context));
    case "FunctionCall":
      return swapArguments(node, context);
    case "IfStatement":
    case "Conditional":
      return decide(node);
    case "Return":
      return answer(node);
    case "ExpressionStatement":
      // A place in storage cannot be left open.
      if (typeOf(field(node, "expression")).includes("storage pointer")) return [];
      return [[{ start: node.start, end: node.end + 1, becomes: "", kind: "statement" }]];
    case "YulLiteral":
      return changeWord(node);
    default:
      return [];
  }
}

/** The nodes below this one that may be changed: no types, no constants' values, nothing that an error tells. */
export function changeableBelow(node: SyntaxNode): SyntaxNode[] {
  // What is converted to an address or to bytes has no other value of its type.
  if (word(node, "kind") === "typeConversion" && /^(address|bytes\d+)$/.test(typeOf(node))) return [];
  // A loop that does not count never ends, which every test notices, and slowly.
  const counts = node.nodeType === "ForStatement" ? field(node, "loopExpression")?.start : undefined;
  const compared = node.nodeType === "YulCase" ? field(node, "value")?.start : undefined;
  return children(node).filter(
    (child) =>
      child.start !== compared &&
      child.start !== counts &&
      // The 0 that a word is compared with, or that is answered for one, has no type of its own, and no other number is
      // one.
      !(child.nodeType === "Literal" && node.nodeType === "TupleExpression") &&
      !(child.nodeType === "Literal" && JSON.stringify(node.raw["commonType"] ?? "").includes('"bytes')) &&
      !/TypeName$|^(UsingForDirective|ImportDirective|EventDefinition|ErrorDefinition|StructDefinition)$/.test(
        child.nodeType,
      ) &&
      !/^(RevertStatement|OverrideSpecifier|StructuredDocumentation|InheritanceSpecifier)$/.test(child.nodeType) &&
      !(child.nodeType === "VariableDeclaration" && child.raw["constant"] === true),
  );
}

function changeBinary(node: SyntaxNode, { text }: Context): string[] {
  const [left, right] = [field(node, "leftExpression"), field(node, "rightExpression")];
  if (left === undefined || right === undefined) return [];
  const operator = word(node, "operator");
  const swapped = (swaps[operator] ?? []).map((other) => `${text(left)} ${other} ${text(right)}`);
  const dropped = ["&&", "||"].includes(operator)
    ? [left, right].filter((operand) => typeOf(operand) === typeOf(node)).map(text)
    : [];
  return [...swapped, ...dropped];
}

function changeUnary(node: SyntaxNode, { text }: Context): string[] {
  const operand = field(node, "subExpression");
  if (operand === undefined) return [];
  const operator = word(node, "operator");
  if (operator === "!" || operator === "~") return [text(operand)];
  if (operator === "++") return [text(operand), `--${text(operand)}`];
  if (operator === "--") return [text(operand), `++${text(operand)}`];
  return [];
}

function changeLiteral(node: SyntaxNode): string[] {
  if (word(node, "kind") === "bool") return [word(node, "value") === "true" ? "false" : "true"];
  if (word(node, "kind") !== "number" || word(node, "subdenomination") !== "") return [];
  return [String(numberOf(node) + 1n)];
}

function changeConstant(name: string, { constants }: Context): string[] {
  // The value and not the name, which the file may not have imported.
  return nextIn(constantRows, name).flatMap((other) => constants.get(other) ?? []);
}

/** The neighbour of a name in the row that holds it, where one does. */
function nextIn(rows: string[][], name: string): string[] {
  const row = rows.find((one) => one.includes(name)) ?? [];
  return row.slice(0, 1).map((first) => row[row.indexOf(name) + 1] ?? first);
}

function changeMember(node: SyntaxNode, { text, typehashes }: Context): string[] {
  const [name, inner] = [word(node, "memberName"), field(node, "expression")];
  if (inner === undefined) return [];
  const of = text(inner);
  if (of === "msg" && name === "sender") return ["tx.origin"];
  if (of === "Typehash") return nextIn([typehashes], name).map((other) => `Typehash.${other}`);
  if (/^type\(.*\)$/.test(of) && name === "max") return [`${of}.max - 1`];
  return [];
}

/** Each two neighbours of one type, exchanged; an accessor of a record, exchanged for another of its type. */
function swapArguments(node: SyntaxNode, { text }: Context): Change[] {
  if (text(node) === "address(0)") {
    return [[{ start: node.start, end: node.end, becomes: "address(1)", kind: "expression" }]];
  }
  if (word(node, "kind") !== "functionCall") return [];
  const given = list(node, "arguments");
  const called = field(node, "expression");
  const record = called === undefined ? undefined : field(called, "expression");
  if (called !== undefined && record !== undefined && given.length === 0) {
    return nextIn(accessorRows, word(called, "memberName")).map((other) => [
      { start: node.start, end: node.end, becomes: `${text(record)}.${other}()`, kind: "expression" },
    ]);
  }
  const isValue = (type: string): boolean => /^(address|bool|bytes\d+|u?int\d+|ConsentRecord|Stamp)$/.test(type);
  return given.slice(1).flatMap((second, index): Change[] => {
    const first = given[index];
    if (first === undefined || !isValue(typeOf(first)) || typeOf(first) !== typeOf(second)) return [];
    if (text(first) === text(second)) return [];
    return [
      [
        { start: first.start, end: first.end, becomes: text(second), kind: "expression" },
        { start: second.start, end: second.end, becomes: text(first), kind: "expression" },
      ],
    ];
  });
}

/** A refusal that never comes; any other branch that is always or never taken. */
function decide(node: SyntaxNode): Change[] {
  const asked = field(node, "condition");
  if (asked === undefined) return [];
  const refuses = JSON.stringify(node.raw["trueBody"] ?? "").includes("RevertStatement");
  return (refuses ? ["false"] : ["false", "true"]).map((becomes) => [
    { start: asked.start, end: asked.end, becomes, kind: "expression" },
  ]);
}

function answer(node: SyntaxNode): Change[] {
  const value = field(node, "expression");
  if (value === undefined || typeOf(value) !== "bool" || value.nodeType === "Literal") return [];
  return ["true", "false"].map((becomes) => [{ start: value.start, end: value.end, becomes, kind: "expression" }]);
}

function changeWord(node: SyntaxNode): Change[] {
  if (word(node, "kind") !== "number") return [];
  const value = numberOf(node);
  const becomes = `0x${(value + (value % 32n === 0n ? 32n : 1n)).toString(16)}`;
  return [[{ start: node.start, end: node.end, becomes, kind: "assembly" }]];
}
