import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Failure } from "#protocol/failure.ts";
import { findFreePort, isPortFree, pickAnyPort, startOnFreePort } from "#scripts/stack/ports.ts";

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

test("A newcomer whose port is taken in the last moment is given another one", async () => {
  const tried: number[] = [];
  const ports = [4001, 4002, 4003];
  const started = await startOnFreePort({
    choosePort: () => Promise.resolve(ports[tried.length] ?? 0),
    start: (port) => {
      tried.push(port);
      if (port === 4003) return Promise.resolve("up");
      return Promise.reject(new Failure("unavailable", "Taken.", { reason: "port-busy" }));
    },
  });
  expect(started).toBe("up");
  expect(tried).toEqual(ports);
});

test("A newcomer whose service cannot start for another reason is told at once", async () => {
  const start = () => Promise.reject(new Failure("unavailable", "No disk."));
  await expect(startOnFreePort({ choosePort: () => Promise.resolve(1), start })).rejects.toThrow("No disk.");
});
