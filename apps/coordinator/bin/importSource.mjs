/**
 * Imports a TypeScript file of this workspace and all that it needs of ours as one file, which is made again whenever a source of it has changed: a
 * program, or a thread, then starts in a third of the time that a loader takes to translate file by file (docs/adr/0060-one-file-at-start.md).
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Beside the other products of set-up; where it cannot be written to, a bundle lives in memory alone. */
const folder = fileURLToPath(new URL("../../../.cache/bundles/", import.meta.url));

/** @param {URL} entry of the TypeScript file. @returns what it exports. */
export async function importSource(entry) {
  process.setSourceMapsEnabled(true);
  return import(await bundleSource(entry));
}

/** Makes the bundle if the one that is there is of other sources. @param {URL} entry of the TypeScript file. @returns {Promise<string>} its address. */
export async function bundleSource(entry) {
  const path = fileURLToPath(entry);
  return readKnown(path) ?? (await bundled(path));
}

/** Address of the bundle that was made of the sources as they are now; null where there is none. */
function readKnown(path) {
  try {
    const { inputs, digest, bundle } = JSON.parse(readFileSync(join(folder, `${nameOf(path)}.json`), "utf8"));
    return digestOf(inputs) === digest ? pathToFileURL(join(folder, bundle)).href : null;
  } catch {
    return null;
  }
}

async function bundled(path) {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    // An installation has the sources, and not what they were type-checked with.
    tsconfigRaw: {},
    metafile: true,
    write: false,
    absWorkingDir: folder.slice(0, -".cache/bundles/".length),
    plugins: [sourcesOnly],
  });
  const [{ text, contents }] = outputFiles;
  const inputs = Object.keys(metafile.inputs).map((input) => fileURLToPath(new URL(`../../${input}`, pathToFileURL(folder))));
  return keep(path, text, inputs) ?? `data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`;
}

/** Address of the bundle on disk; null where nothing can be written. Other processes may be doing the same. */
function keep(path, text, inputs) {
  const digest = digestOf(inputs);
  const bundle = `${nameOf(path)}-${digest}.mjs`;
  try {
    mkdirSync(folder, { recursive: true });
    replace(bundle, text);
    replace(`${nameOf(path)}.json`, JSON.stringify({ inputs, digest, bundle }));
    return pathToFileURL(join(folder, bundle)).href;
  } catch {
    return null;
  }
}

function replace(name, text) {
  const draft = join(folder, `${name}.${process.pid}-${performance.now()}.tmp`);
  writeFileSync(draft, text);
  renameSync(draft, join(folder, name));
}

/** Packages stay where they are installed, and what a source looks for beside itself is beside the source, not the bundle. */
const sourcesOnly = {
  name: "duet-sources",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === "resolving" || importer === "" || path.startsWith("@duet/") || path.startsWith("node:")) return null;
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: "resolving" });
      if (found.errors.length > 0) return found;
      return { path: found.external ? path : pathToFileURL(found.path).href, external: true };
    });
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
      loader: "ts",
    }));
  },
};

function digestOf(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(readFileSync(input)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

const nameOf = (path) => createHash("sha256").update(`${process.version} ${path}`).digest("hex").slice(0, 16);
