/** The program `duet` as its users start it: a process of its own, killed at the end of the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";

export interface HeadlessProgram {
  readonly child: ChildProcess;
  /** What it said so far: JSON events on standard output, and everything else. */
  readonly said: { out: string; err: string };
  /** The events that it said with --json. */
  events(): readonly Readonly<Record<string, unknown>>[];
  /** Resolves with its exit code once it has ended, however that was; null for a kill. */
  readonly ended: Promise<number | null>;
}

const FROM_SOURCE = ["--import", "tsx", "apps/headless/src/main.ts"];

/** Starts it, from its source unless told otherwise. */
export function startHeadless(args: readonly string[], program: readonly string[] = FROM_SOURCE, cwd?: string): HeadlessProgram {
  const child = spawn(process.execPath, [...program, ...args], { stdio: ["ignore", "pipe", "pipe"], ...(cwd ? { cwd } : {}) });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (said.out += chunk));
  child.stderr.on("data", (chunk) => (said.err += chunk));
  return {
    child,
    said,
    events: () =>
      said.out
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    ended: new Promise((resolve) => child.once("close", (code) => resolve(code))),
  };
}
