/** The coordinator as a child process. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { root, SetupError } from "../setup/process.mjs";

/**
 * Starts it and resolves once it listens. A signal that ends this process ends it too, in an orderly way.
 * @param {Readonly<Record<string, string | number | readonly string[]>>} settings by the names of the coordinator's options
 * @returns {Promise<{ url: string, ended: Promise<number>, stop: () => void }>} ended: its exit code
 * @throws {SetupError} when it ends before it listens
 */
export function startCoordinator(settings) {
  const flags = Object.entries(settings).flatMap(([name, value]) => [value].flat().map((each) => `--${name}=${each}`));
  const child = spawn(process.execPath, ["apps/coordinator/bin/coordinator.mjs", ...flags], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Ctrl-C reaches the child by itself; this process stays to wait for it.
  process.on("SIGINT", () => {});
  const stop = () => child.kill("SIGTERM");
  process.on("SIGTERM", stop);
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ? 0 : (code ?? 1))));
  const listening = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /listens on (http\S+)/.exec(line)?.[1];
      if (url) resolve({ url, ended, stop });
    });
  });
  return Promise.race([
    listening,
    ended.then((code) => {
      throw new SetupError(`The coordinator ended before it listened (exit code ${code}); the reason stands above.`);
    }),
  ]);
}
