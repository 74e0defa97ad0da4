/** A PostgreSQL server of its own: on a free port, in a folder of its own, with which it goes. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./nodes.ts";
import { findPostgres } from "./postgres.ts";

const START_MS = 30_000;
const USER = "duet";

export interface PostgresServer {
  readonly url: string;
  readonly pid: number;
  /** Ends and deletes it. */
  stop(): Promise<void>;
}

/** @throws {Error} where none is installed, or it does not start */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres();
  if (programs === null) throw new Error("There is no PostgreSQL here; npm test installs one");
  const folder = await mkdtemp(join(tmpdir(), "duet-postgres-"));
  const owner = serverUser();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  execFileSync(join(programs, "initdb"), ["--pgdata", data, "--username", USER, "--auth", "trust", "--encoding", "UTF8"], {
    cwd: folder,
    stdio: "pipe",
    ...owner,
  });
  const port = await freePort();
  // Durable as a server is that people run: fsync is on by default.
  const options = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
  const server = spawn(join(programs, "postgres"), options, { cwd: folder, stdio: "ignore", ...owner });
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill("SIGINT");
      await once(server, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  await untilItListens(server, port).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url: `postgres://${USER}@127.0.0.1:${port}/postgres`, pid: server.pid ?? 0, stop };
}

/** It refuses to run as root: then it runs as the user that its package made. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function untilItListens(server: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (server.exitCode === null && Date.now() < deadline) {
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`PostgreSQL did not start on port ${port} (exit code ${server.exitCode})`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.end()).on("error", () => resolve(false));
  });
}
