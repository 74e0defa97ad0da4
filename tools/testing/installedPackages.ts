/** Which packages an installation of one workspace brings along, from the "packages" of a package-lock.json. */

interface LockedPackage {
  readonly resolved?: string;
  /** Of a workspace: `resolved` is its folder. */
  readonly link?: boolean;
  /** Only development needs it: `npm ci --omit=dev` leaves it out. */
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** By path from the root, as npm writes them: "apps/web", "node_modules/zod", "node_modules/a/node_modules/b". */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Sorted names of every package that `npm ci --omit=dev --workspace FOLDER` installs. @throws {Error} on one that is not locked. */
export function installedPackages(locked: LockedPackages, folder: string): string[] {
  const reached = new Map<string, string>();
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const entry = locked[path];
    if (!entry) throw new Error(`package-lock.json has no ${path}`);
    const { required, optional } = neededBy(entry);
    for (const name of [...required, ...optional]) {
      const found = locate(locked, path, name);
      if (found === null && required.includes(name)) throw new Error(`package-lock.json has no ${name}, which ${path} needs`);
      if (found === null || reached.has(found)) continue;
      reached.set(found, name);
      const target = locked[found];
      open.push(target?.link && target.resolved ? target.resolved : found);
    }
  }
  return [...new Set(reached.values())].sort();
}

/** An optional peer is installed only where somebody else asks for it. */
function neededBy(entry: LockedPackage): { required: readonly string[]; optional: readonly string[] } {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = entry;
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return { required: [...Object.keys(dependencies), ...peers], optional: Object.keys(optionalDependencies) };
}

/** Node's rule: the nearest node_modules, from the folder of the one that asks up to the root. */
function locate(locked: LockedPackages, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : "") {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (path in locked) return path;
    if (folder === "") return null;
  }
}
