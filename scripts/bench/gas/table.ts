// The bench's tables, as they stand in docs/gas.md.

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

/** Which act of a peer comes closest to one of ours: EAS, Solady, AccessManager, AccessControl, the floor. */
const peersOf: Partial<Record<string, readonly [eas: string, solady: string, oz: string, oz: string, floor: string]>> =
  {
    grant: ["attestByDelegation", "setTimedRole", "accessManagerGrantRole", "accessControlGrantRole", "newSlotAndLog"],
    renew: ["", "changeTimedRole", "", "", "changedSlotAndLog"],
    revoke: ["revoke", "clearTimedRole", "accessManagerRevokeRole", "accessControlRevokeRole", "changedSlotAndLog"],
    revokeSigned: ["revokeByDelegation", "", "", "", ""],
    grantBatch10: ["multiAttest10", "", "", "", ""],
  };

/** The report as Markdown: our acts beside their goals and what comes closest to them elsewhere, then all sizes. */
export function renderTable({ ours, eas, solady, oz, floor, runtimeBytes }: Report): string {
  const limits: Partial<Record<string, number>> = goals;
  const acts = Object.keys(ours).map((act) => {
    const [fromEas, fromSolady, manager, control, bare] = peersOf[act] ?? [];
    const peers = [eas[fromEas ?? ""], solady[fromSolady ?? ""], oz[manager ?? ""], oz[control ?? ""]];
    return [act, ...[ours[act], limits[act], ...peers, floor[bare ?? ""]].map(write)];
  });
  const sizes: Partial<Record<string, number>> = sizeGoals;
  const bytes = Object.entries(runtimeBytes).map(([name, found]) => [name, write(found), write(sizes[name])]);
  return [
    ...align([["act", "ours", "goal", "EAS", "TimedRoles", "AccessManager", "AccessControl", "the floor"], ...acts]),
    "",
    ...align([["runtime code in bytes", "measured", "at most"], ...bytes]),
  ].join("\n");
}

function align(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(rows[0] ?? []), `| ${rule.join(" | ")} |`, ...rows.slice(1).map(line)];
}

function write(amount: number | undefined): string {
  return amount === undefined ? "" : amount.toLocaleString("en-US");
}
