/** A PostgreSQL server of its own for a project "postgres…": on a free port, in a folder of its own, ended and deleted with the run. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findPostgres } from "../postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server. */
    postgres?: string;
  }
}

const START_MS = 30_000;
const USER = "duet";

let stop = async (): Promise<void> => {};

/** Started before the first test. */
export async function setup(project: TestProject): Promise<void> {
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
  stop = async () => {
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
  project.provide("postgres", `postgres://${USER}@127.0.0.1:${port}/postgres`);
}

/** Ended after the last one. */
export async function teardown(): Promise<void> {
  await stop();
}

/** It refuses to run as root: then it runs as the user that its package made. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
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
