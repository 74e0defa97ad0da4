/** Clients of the demo that are programs of their own, beside the tabs: in Node, and in Python where it is installed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DeviceKind } from "@duet/lora-core/protocol/deviceKind";

export type ProgramKind = Exclude<DeviceKind, "tab">;

export interface ProgramData {
  readonly name: string;
  readonly file: string;
  readonly input: string;
  readonly answer: string;
  /** Keeps its state and adapters. */
  readonly folder: string;
  /** Left out where there is nothing to choose. */
  readonly figures: "everybody" | undefined;
}

export interface Program {
  /** @throws {Error} with the last that it said, where it does not end by finishing. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Where `npm run test:python` installs the Python client. */
const PYTHON = ".cache/python/bin/python";
const CLUSTER_RANKS = 2;
const KEPT_WORDS = 2000;

/** The Python client can be run: `npm run test:python` has installed it. */
export const hasPython = (): boolean => existsSync(".cache/python/installed");

/** Without those that need Python where it is not there; it says so. */
export function runnable(kinds: readonly DeviceKind[]): readonly DeviceKind[] {
  if (hasPython()) return kinds;
  const inPython = (kind: DeviceKind) => kind === "python" || kind === "cluster";
  const lacking = kinds.filter(inPython);
  if (lacking.length > 0)
    console.log(`  There is no Python client here (npm run test:python installs it): runs without ${lacking.join(", ")}.`);
  return kinds.filter((kind) => !inPython(kind));
}

export function startProgram(kind: ProgramKind, invite: string, data: ProgramData): Program {
  const [command, ...launch] = launcherOf(kind);
  const options = { data: data.file, input: data.input, label: data.answer, name: data.name, figures: data.figures };
  const folders = { state: join(data.folder, `state-${data.name}`), out: join(data.folder, `adapters-${data.name}`) };
  const flags = Object.entries({ ...options, ...folders }).flatMap(([name, value]) => (value ? [`--${name}`, value] : []));
  const child = spawn(command, [...launch, "join", invite, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said = `${said}${chunk}`.slice(-KEPT_WORDS)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The client ${data.name} (${kind}) ended with ${code}:\n${said}`));
    });
  });
  return { ended, stop: () => void child.kill() };
}

function launcherOf(kind: ProgramKind): readonly [string, ...string[]] {
  const ranks = ["-m", "torch.distributed.run", "--standalone", `--nproc-per-node=${CLUSTER_RANKS}`];
  switch (kind) {
    case "node":
      return [process.execPath, "--import", "tsx", "apps/headless/src/main.ts"];
    case "python":
      return [PYTHON, "-m", "duet_client"];
    case "cluster":
      return [PYTHON, ...ranks, "-m", "duet_client"];
    default:
      return kind satisfies never;
  }
}
