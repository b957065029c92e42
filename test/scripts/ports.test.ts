import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { findFreePort, isPortFree, pickAnyPort } from "#scripts/stack/ports.ts";

const servers: Server[] = [];

async function occupy(port: number, host: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test("A newcomer whose usual port is busy is given the next free one", async () => {
  const port = await pickAnyPort();
  await occupy(port, "127.0.0.1");
  expect(await isPortFree(port)).toBe(false);
  expect(await findFreePort(port)).toBeGreaterThan(port);
});

test("A newcomer is not sent to a stranger's server that listens on localhost's other address", async () => {
  const port = await pickAnyPort();
  await occupy(port, "::1");
  expect(await isPortFree(port)).toBe(false);
});
