// Before the tests on PostgreSQL: one server for the whole run, with the empty database that each test gets a copy of.

import { openDatabase } from "#indexer/store/database.ts";
import { startPostgres } from "#scripts/testing/postgres.ts";
import { SERVER, TEMPLATE } from "./database.ts";

/** Starts the server; vitest calls the result when all tests are done. */
export async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await (await openDatabase({ folder: "", url: await server.createDatabase({ name: TEMPLATE }) })).close();
  // Workers are started after this, and inherit it.
  process.env[SERVER] = server.base;
  return () => server.stop();
}
