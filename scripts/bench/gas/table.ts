// The bench's table, as it stands in docs/gas.md.

import { goals, sizeGoals } from "./goals.ts";

/** Everything that the bench measures. */
export type Report = Record<"ours" | "eas" | "solady" | "oz" | "floor" | "runtimeBytes", Record<string, number>>;

/** What is above its goal or was not measured, one sentence each. */
export function findMissed({ ours, runtimeBytes }: Report): string[] {
  const wanted = [
    ...Object.entries(goals).map(([name, goal]) => ({ name, goal, found: ours[name], unit: "gas" })),
    ...Object.entries(sizeGoals).map(([name, goal]) => ({ name, goal, found: runtimeBytes[name], unit: "bytes" })),
  ];
  return wanted
    .filter(({ goal, found }) => found === undefined || found > goal)
    .map(({ name, goal, found, unit }) => `${name}: ${found ?? "not measured"}, goal ${goal} ${unit}`);
}

/** The report as Markdown. */
export function renderTable(report: Report): string {
  const { ours, eas, solady, oz, floor, runtimeBytes } = report;
  return [
    ["The ledger", ours, goals],
    ["EAS (@ethereum-attestation-service/eas-contracts)", eas, {}],
    ["Solady TimedRoles", solady, {}],
    ["OpenZeppelin AccessManager and AccessControl", oz, {}],
    ["The floor: one word of storage and one log, in Yul", floor, {}],
    ["Runtime code in bytes", runtimeBytes, sizeGoals],
  ]
    .map(([title, rows, limits]) => renderPart(String(title), rows as Record<string, number>, limits as Limits))
    .join("\n\n");
}

type Limits = Partial<Record<string, number>>;

function renderPart(title: string, rows: Record<string, number>, limits: Limits): string {
  const hasLimits = Object.keys(limits).length > 0;
  const cells = Object.entries(rows).map(([name, found]) => {
    const goal = limits[name];
    return hasLimits ? [name, write(found), goal === undefined ? "" : write(goal)] : [name, write(found)];
  });
  return [`### ${title}`, "", ...align([hasLimits ? ["", "measured", "goal"] : ["", "measured"], ...cells])].join("\n");
}

function align(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(rows[0] ?? []), `| ${rule.join(" | ")} |`, ...rows.slice(1).map(line)];
}

function write(amount: number): string {
  return amount.toLocaleString("en-US");
}
