// The where part of a list whose filters are given or not, with its values beside it: SQL is written by this folder alone,
// and whatever comes from outside is a value.

/** A where clause that grows. */
export type Conditions = {
  /** Adds a condition; it names its values by calling what it is given. */
  add(write: (value: (given: unknown) => string) => string): void;
  /** Adds a value and gives its name in the statement ($1, $2 ...). */
  value(given: unknown): string;
  /** "where ... and ..." or nothing. */
  text(): string;
  readonly values: readonly unknown[];
};

/** Makes an empty clause; the values that the statement names before it are `$1`, `$2` ... */
export function createConditions(before: readonly unknown[] = []): Conditions {
  const values = [...before];
  const conditions: string[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  return {
    add: (write) => void conditions.push(write(value)),
    value,
    text: () => (conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`),
    values,
  };
}

const sizes = [21, 51, 101, 201];

/**
 * A number of rows to stand in a statement as it is, `limit` or the next larger of a few: a plan that is kept is only
 * made for a page if it knows that a page is wanted, and one statement is kept for each number. The caller cuts the rest.
 */
export function pageSize(limit: number): number {
  return sizes.find((size) => size >= limit) ?? Math.ceil(limit);
}
