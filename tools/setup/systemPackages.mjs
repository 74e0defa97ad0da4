/** Packages of the operating system, where there is apt-get and the right to use it. */
import { existsSync } from "node:fs";
import { run } from "./process.mjs";

const DOWNLOAD_MS = 10 * 60_000;

/** What to put before a command that needs root: nothing for root, sudo where it asks no password, null where neither works. */
export async function elevation() {
  if (process.getuid?.() === 0) return [];
  return process.platform === "linux" && (await run("sudo", ["-n", "true"], { quiet: true })).code === 0 ? ["sudo", "-n"] : null;
}

/** Whether {@link installPackage} can work here. */
export async function canInstallPackages() {
  return existsSync("/usr/bin/apt-get") && (await elevation()) !== null;
}

/** Installs a package of Debian, as far as that goes: whoever needs it looks afterwards whether it is there. */
export async function installPackage(name) {
  const [command = "apt-get", ...before] = [...((await elevation()) ?? []), "apt-get"];
  const apt = (...args) =>
    run(command, [...before, ...args], { totalMs: DOWNLOAD_MS, env: { DEBIAN_FRONTEND: "noninteractive" } });
  await apt("update");
  await apt("install", "-y", "--no-install-recommends", name);
}
