/** Brings node_modules in line with package-lock.json. Uses nothing but Node, because nothing else may be there yet. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { root, run, SetupError, say } from "./process.mjs";

const NEEDED_NODE = [20, 19];

/** Installs when a package is missing or has another version than the lock file says. @throws {SetupError} */
export async function ensureDependencies() {
  checkNode();
  if (!difference()) return;
  await withLock("dependencies", async () => {
    const reason = difference();
    if (!reason) return;
    say(`Installing the packages of package-lock.json, because ${reason}.`);
    if (await npm("ci")) return;
    // npm ci insists on reading about optional packages of every platform; not every registry mirror has them.
    say("npm ci did not succeed; trying npm install, which is less strict.");
    if (await npm("install", "--no-save")) return;
    throw new SetupError("The packages could not be installed; npm says why above. Often the network is not reachable.");
  });
}

async function npm(...args) {
  const { code } = await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"]);
  return code === 0;
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) return;
  throw new SetupError(
    `Duet needs Node ${NEEDED_NODE.join(".")} or newer; this is ${process.versions.node}. Get it from https://nodejs.org.`,
  );
}

/**
 * Why node_modules does not fit the lock file, or null when it does. npm writes node_modules/.package-lock.json at the end
 * of every install, so an interrupted one is noticed too.
 */
function difference() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return "they are not installed yet";
  const [first, ...others] = changedPackages(readPackages(join(root, "package-lock.json")), readPackages(installed));
  if (!first) return null;
  return `${first} changed${others.length > 0 ? `, and ${others.length} more` : ""}`;
}

/**
 * Names of packages that are missing or have another version than locked.
 * @param {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} locked
 * @param {Record<string, { version?: string }>} installed both as the "packages" of a package-lock.json: by path
 */
export function changedPackages(locked, installed) {
  return Object.entries(locked)
    .filter(([path, wanted]) => {
      if (!path.includes("node_modules/")) return false;
      const found = installed[path];
      // An optional package for another platform is rightly absent.
      return found ? found.version !== wanted.version : !(wanted.optional || wanted.devOptional || wanted.peer);
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
}

const readPackages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
