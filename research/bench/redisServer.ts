/** A Redis of its own: on a free port, keeping nothing on disk. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { freePort } from "../../tools/nodes.ts";

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** How many connections others have. */
  connections(): Promise<number>;
  stop(): void;
}

/** Null where none is installed. @throws {Error} where it ends before it listens */
export async function startRedis(): Promise<RedisServer | null> {
  const program = (process.env.PATH ?? "")
    .split(":")
    .map((folder) => join(folder, "redis-server"))
    .find(existsSync);
  if (!program) return null;
  const port = await freePort();
  const child = spawn(program, ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}`;
  // It connects again until there is somebody.
  const client = createClient({ url }).on("error", () => {});
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code) => reject(new Error(`Redis ended with exit code ${code}`)));
  });
  await Promise.race([client.connect(), ended]);
  ended.catch(() => {});
  return {
    url,
    pid: child.pid ?? 0,
    connections: async () =>
      String(await client.sendCommand(["CLIENT", "LIST"]))
        .trim()
        .split("\n").length - 1,
    stop() {
      client.destroy();
      child.kill("SIGKILL");
    },
  };
}
