/** Child processes of the set-up: bounded in time, never left behind. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository root; every tool works from here, wherever it was called from. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Arguments for Node that run a TypeScript file without a build step. */
export const typescript = (file, ...args) => ["--import", "tsx", file, ...args];

/**
 * Runs a command in the repository root until it ends and returns `{ code, output }`; code is null when it was ended by us.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string>, silenceMs?: number, totalMs?: number }} [options]
 *   quiet: collect the output instead of showing it. silenceMs, totalMs: end it after so long without output, or in all.
 */
export function run(command, args, { quiet = false, env = {}, silenceMs = 0, totalMs = 0 } = {}) {
  return new Promise((resolve) => {
    const watched = quiet || silenceMs > 0 || totalMs > 0;
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: watched ? ["ignore", "pipe", "pipe"] : "inherit",
      shell: process.platform === "win32" && command === "npm",
    });
    let output = "";
    const end = () => {
      child.kill("SIGTERM");
      // Its own children may live on and hold the pipes open: do not wait for them.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const total = totalMs > 0 ? setTimeout(end, totalMs) : undefined;
    const silence = silenceMs > 0 ? setTimeout(end, silenceMs) : undefined;
    const hear = (chunk) => {
      output += chunk;
      if (!quiet) process.stdout.write(chunk);
      silence?.refresh();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    const finish = (code) => {
      clearTimeout(total);
      clearTimeout(silence);
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += error.message;
      finish(127);
    });
    child.on("close", finish);
  });
}

/** A sentence for the person at the terminal, then the end: for what set-up cannot mend by itself. */
export class SetupError extends Error {}

/** Runs a tool's main function; a {@link SetupError} is shown as its sentence, anything else with its stack. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** One line of what set-up does and why. */
export const say = (sentence) => console.log(`· ${sentence}`);
