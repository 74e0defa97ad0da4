/** Which packages of others ship with the product and which only build and test it, from package-lock.json and what is installed. */
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { z } from "zod";

const NOT_DECLARED = "not declared";

const dependencies = z.record(z.string(), z.string()).default({});
const lockedPackage = z.object({
  version: z.string().optional(),
  license: z.string().default(NOT_DECLARED),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  resolved: z.string().optional(),
  link: z.boolean().default(false),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  peerDependencies: dependencies,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
});
type LockedPackage = z.output<typeof lockedPackage>;

/** The "packages" of a package-lock.json: by path from the root, "" being the root itself. */
export type Lock = Readonly<Record<string, LockedPackage>>;

/** A package of others; the same name may be there in several versions. */
export interface Package {
  /** From the root of the repository: node_modules/…. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Workspaces that ship it, sorted; none where it is for development only. */
  readonly shipsWith: readonly string[];
  /** The range that a workspace or the root asks for; null where only other packages ask. */
  readonly range: string | null;
}

/** @throws {Error} when the file is not a lock file of npm's third version. */
export function readLock(text: string): Lock {
  return z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), lockedPackage) }).parse(JSON.parse(text))
    .packages;
}

/**
 * Every package of the lock, sorted by name and version. `shipping` are the workspaces (by path) that make the product; what they and
 * the workspaces they depend on need at run time ships. `licenceOf` reads the licence of an installed package by its path, null where
 * it is not installed; then the lock's word is taken. Builds of a package for one platform are left out: the package itself stands
 * for them, and which are installed differs from machine to machine.
 */
export function packagesOf(
  lock: Lock,
  shipping: readonly string[],
  licenceOf: (path: string) => string | null,
): readonly Package[] {
  const shipped = new Map(shipping.map((workspace) => [workspace, reachedFrom(lock, workspace)]));
  const ranges = askedRanges(lock);
  const packages = Object.entries(lock)
    .filter(([path, { link, os, cpu }]) => path.includes("node_modules/") && !link && !os && !cpu)
    .map(([path, { version = "", license }]) => ({
      path,
      name: nameOf(path),
      version,
      licence: licenceOf(path) ?? license,
      shipsWith: shipping.filter((workspace) => shipped.get(workspace)?.has(path)),
      range: ranges.get(path) ?? null,
    }));
  return packages.sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

/** Paths of all that a workspace needs at run time, itself included. */
function reachedFrom(lock: Lock, workspace: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const name of neededBy(lock[path])) {
      const needed = resolve(lock, path, name);
      if (needed !== null) visit(needed);
    }
  };
  visit(workspace);
  return reached;
}

/** Names of what a package needs at run time. A peer that may be missing is not needed. */
function neededBy(locked: LockedPackage | undefined): readonly string[] {
  if (!locked) return [];
  const peers = Object.keys(locked.peerDependencies).filter((name) => !locked.peerDependenciesMeta[name]?.optional);
  return [...Object.keys(locked.dependencies), ...Object.keys(locked.optionalDependencies), ...peers];
}

/** Where Node finds `name` from a package at `from`: in its own node_modules, or in those of a folder above it. */
function resolve(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    if (folder === ".") folder = "";
    const path = posix.join(folder, "node_modules", name);
    const found = lock[path];
    if (found) return found.link ? (found.resolved ?? null) : path;
    if (folder === "") return null;
  }
}

/** The ranges that the root and the workspaces ask for, by the path of the package that answers. */
function askedRanges(lock: Lock): ReadonlyMap<string, string> {
  const workspaces = Object.entries(lock).filter(([path]) => !path.includes("node_modules/"));
  return new Map(
    workspaces.flatMap(([path, { dependencies, devDependencies }]) =>
      Object.entries({ ...devDependencies, ...dependencies }).flatMap(([name, range]): [string, string][] => {
        const answer = resolve(lock, path, name);
        return answer === null ? [] : [[answer, range]];
      }),
    ),
  );
}

/** Old packages list their licences with addresses. */
const declaredLicence = z
  .object({ license: z.string().optional(), licenses: z.array(z.object({ type: z.string() })).optional() })
  .transform(({ license, licenses }) => license ?? licenses?.map(({ type }) => type).join(" OR ") ?? NOT_DECLARED);

/** The licence that the package in this folder declares; null where it is not installed. @throws {Error} on a broken package.json. */
export function installedLicence(folder: string): string | null {
  const file = `${folder}/package.json`;
  return existsSync(file) ? declaredLicence.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

const nameOf = (path: string) => path.replace(/^.*node_modules\//, "");
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
