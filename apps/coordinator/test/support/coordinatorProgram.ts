/** The coordinator as its users start it: a process of its own, killed at the end of the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";

/** Resolves once it listens, on any free port unless told otherwise. @throws {Error} with what it said when it ends before. */
export async function startProgram(
  options: readonly string[],
  databaseUrl: string | null = null,
): Promise<{ url: string; child: ChildProcess }> {
  const defaults = ["--port", "0", "--log-level", "error"];
  const args = ["apps/coordinator/bin/coordinator.mjs", ...defaults, ...options];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk;
      const url = /listens on (http:\/\/\S+)/.exec(said)?.[1];
      if (url) resolve({ url, child });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("close", (code) => reject(new Error(`The coordinator ended with exit code ${code}: ${said}`)));
  });
}
