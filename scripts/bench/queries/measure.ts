// Asks as many questions as it can over a few kept connections and notes how long each took. Plain sockets: a client that
// is slower than the server would measure itself.

import { connect } from "node:net";
import type { Socket } from "node:net";

/** What a load led to. */
export type Measured = { requests: number; rps: number; p50ms: number; p95ms: number; failed: number };

/** One question: path and cookie. */
export type Question = { path: string; cookie: string };

/** Runs `connections` at once for `seconds`, each asking again as soon as it is answered. */
export async function measure(
  url: string,
  { connections, seconds, next }: { connections: number; seconds: number; next: () => Question },
): Promise<Measured> {
  const { hostname, port } = new URL(url);
  const times: number[] = [];
  let failed = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  const one = async (): Promise<void> => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => void socket.once("connect", resolve).once("error", reject));
    while (performance.now() < until) {
      const { path, cookie } = next();
      const asked = performance.now();
      const status = await ask(socket, `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${cookie}\r\n\r\n`);
      times.push(performance.now() - asked);
      if (status !== 200) failed += 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, one));
  const took = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { requests: times.length, rps: times.length / took, p50ms: at(0.5), p95ms: at(0.95), failed };
}

/** Sends one request and waits for the whole answer; gives its status. Answers have a Content-Length here. */
function ask(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = "";
    let status = 0;
    let missing = -1;
    const done = (): void => {
      socket.off("data", hear).off("error", reject).off("close", closed);
      resolve(status);
    };
    const closed = (): void => reject(new Error("The server closed a connection."));
    const hear = (bytes: Buffer): void => {
      if (missing < 0) {
        head += bytes.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        status = Number(head.slice(9, 12));
        const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1];
        if (length === undefined) return reject(new Error("An answer came without its length."));
        missing = Number(length) - (head.length - end - 4);
      } else missing -= bytes.length;
      if (missing <= 0) done();
    };
    socket.on("data", hear).once("error", reject).once("close", closed);
    socket.write(request);
  });
}
