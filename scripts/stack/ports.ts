// Ports on this computer. A busy default port is not an error: the next free one is taken, and the person is told.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { Failure, isFailure } from "#protocol/failure.ts";

/** True when nothing on this computer listens on the port, under either of localhost's two addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  // A browser may turn "localhost" into ::1 first, so somebody else's server there would be met instead of ours.
  return (await canListen({ port, host: "127.0.0.1" })) && (await canListen({ port, host: "::1" }));
}

function canListen(options: { port: number; host: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // A computer without IPv6 has no ::1 to be busy.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRNOTAVAIL"));
    server.listen(options, () => server.close(() => resolve(true)));
  });
}

/**
 * The first free port from the given one on.
 * @throws {Failure} "unavailable" when fifty ports in a row are busy
 */
export async function findFreePort(first: number): Promise<number> {
  for (let port = first; port < Math.min(first + 50, 65_536); port += 1) {
    if (await isPortFree(port)) return port;
  }
  throw new Failure("unavailable", `No port from ${first} to ${first + 49} is free. Name another one with --port.`);
}

/**
 * A port that is free now and that nobody is likely to ask for: for tests, which run beside each other. It is below those
 * that a system hands out by itself: one of them may be gone to any connection before a server has come up on it.
 */
export async function pickAnyPort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isPortFree(port)) return port;
  }
  throw new Failure("unavailable", "No port could be found that is free. End what listens on so many of them.");
}

/**
 * Starts something on a port that is free. Between looking and listening somebody else may take it: then another is
 * chosen, a few times.
 * @throws what `start` throws for any other reason than "port-busy"
 */
export async function startOnFreePort<T>(options: {
  choosePort: () => Promise<number>;
  start: (port: number) => Promise<T>;
}): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await options.start(await options.choosePort());
    } catch (error) {
      if (tries === 5 || !isFailure(error) || error.reason !== "port-busy") throw error;
    }
  }
}
