/** Another implementation in Python, run as a process of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** @throws {Error} saying how to install it, when the Python named has not this module. */
export function requireModules(python: string, modules: readonly string[], requirements: string): void {
  const { status } = spawnSync(python, ["-c", modules.map((name) => `import ${name}`).join("\n")], { stdio: "ignore" });
  if (status === 0) return;
  throw new Error(
    `${python} has no ${modules.join(", ")}, so there is nothing to compare with. ` +
      `Make a virtual environment, run its "pip install -r ${requirements}", and name its python with --python.`,
  );
}

/** Nobody is told of the run, nothing is looked up on the web, and nothing is left in the source folders. */
const QUIET = { FLWR_TELEMETRY_ENABLED: "0", HF_HUB_OFFLINE: "1", PYTHONWARNINGS: "ignore", PYTHONDONTWRITEBYTECODE: "1" };

/** Starts it; what it says of errors goes to this process. */
export function startPython(python: string, args: readonly string[]): ChildProcess {
  return spawn(python, [...args], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...QUIET } });
}

/** @throws {Error} when it ends with anything but success. */
export async function ended(child: ChildProcess): Promise<void> {
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once("close", resolve)));
  if (code !== 0) throw new Error(`The Python process ended with ${code}`);
}
