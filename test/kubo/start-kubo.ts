// A real Kubo node for tests: a repository of its own in a temporary folder, and at home there. It knows no bootstrap
// peers, looks nobody up, is found by nobody, and listens on loopback alone.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findKubo } from "#scripts/testing/find-kubo.ts";
import { eventually } from "../indexer/support/service.ts";

const run = promisify(execFile);

/** What keeps a node at home. https://github.com/ipfs/kubo/blob/v0.39.0/docs/config.md */
const atHome = {
  Addresses: {
    Swarm: ["/ip4/127.0.0.1/tcp/0"],
    API: "/ip4/127.0.0.1/tcp/0",
    Gateway: [],
    Announce: [],
    AppendAnnounce: [],
    NoAnnounce: [],
  },
  AutoConf: { Enabled: false },
  AutoNAT: { ServiceMode: "disabled" },
  AutoTLS: { Enabled: false },
  Bootstrap: [],
  DNS: { Resolvers: {} },
  Discovery: { MDNS: { Enabled: false } },
  HTTPRetrieval: { Enabled: false },
  Ipns: { DelegatedPublishers: [] },
  Plugins: { Plugins: { telemetry: { Disabled: true } } },
  Provide: { Enabled: false },
  Routing: { Type: "none", DelegatedRouters: [] },
  Swarm: {
    DisableNatPortMap: true,
    EnableHolePunching: false,
    RelayClient: { Enabled: false },
    RelayService: { Enabled: false },
    Transports: {
      Network: { QUIC: false, Relay: false, TCP: true, WebRTCDirect: false, Websocket: false, WebTransport: false },
    },
  },
  Version: { SwarmCheckEnabled: false },
};

/** A running node. */
export type TestKubo = Awaited<ReturnType<typeof startKubo>>;

/** Starts a node; `stop` removes everything again. */
export async function startKubo() {
  const program = await findKubo();
  const folder = await mkdtemp(join(tmpdir(), "placet-kubo-"));
  const env = { ...process.env, IPFS_PATH: folder, IPFS_TELEMETRY: "off" };
  await run(program, ["init", "--profile", "test"], { env });
  const file = join(folder, "config");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, ...atHome }));
  let child: ChildProcess | null = null;
  const endWithThis = () => void child?.kill("SIGKILL");
  process.once("exit", endWithThis);

  async function start(): Promise<string> {
    await rm(join(folder, "api"), { force: true });
    let said = "";
    const daemon = spawn(program, ["daemon"], { env, stdio: ["ignore", "pipe", "pipe"] });
    child = daemon;
    for (const stream of [daemon.stdout, daemon.stderr])
      stream.on("data", (bytes: Buffer) => (said += bytes.toString()));
    await eventually(async () => {
      if (daemon.exitCode !== null) throw new Error(`Kubo ended with ${daemon.exitCode}: ${said}`);
      return said.includes("Daemon is ready");
    }, 60_000).catch((cause: unknown) => {
      throw new Error(`Kubo did not start: ${said}`, { cause });
    });
    const [, , host, , port] = (await readFile(join(folder, "api"), "utf8")).trim().split("/");
    return `http://${host}:${port}`;
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const daemon = child;
    if (daemon === null) return;
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill(signal);
    await ended;
    child = null;
  }

  /** The signal only asks for it: a thread at work may still answer. */
  async function freeze(): Promise<void> {
    const daemon = child;
    if (daemon === null) return;
    daemon.kill("SIGSTOP");
    const all = process.platform === "linux" ? ["-L"] : [];
    await eventually(async () => {
      const { stdout } = await run("ps", [...all, "-o", "state=", "-p", String(daemon.pid)]);
      return /^(\s*T\S*)+\s*$/.test(stdout);
    });
  }

  return {
    folder,
    /** Runs one of its commands against the running daemon. */
    command: async (...args: string[]) => (await run(program, args, { env, timeout: 20_000 })).stdout.trim(),
    /** Starts the daemon (again); gives the address of its RPC API. */
    start,
    kill: () => end("SIGKILL"),
    freeze,
    thaw: () => void child?.kill("SIGCONT"),
    async stop() {
      await end("SIGKILL");
      process.off("exit", endWithThis);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
