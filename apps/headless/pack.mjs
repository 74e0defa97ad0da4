/**
 * `npm run pack:headless [-- FOLDER]`: the program `duet` as one file with its WebAssembly, packed by npm. What is native comes along, so
 * that it installs from the tarball alone. Prints the tarball's path.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = resolve(process.argv[2] ?? join(root, "dist"));
const staged = join(out, "duet-headless");
const { version, license, description } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** CommonJS in the bundle looks for these. */
const BANNER = `#!/usr/bin/env node
import { createRequire as createRequireHere } from "node:module";
import { fileURLToPath as pathOfUrl } from "node:url";
const require = createRequireHere(import.meta.url);
const __filename = pathOfUrl(import.meta.url);
const __dirname = pathOfUrl(new URL(".", import.meta.url));`;
/** Has binaries for every platform: it cannot be bundled. */
const NATIVE = "fs-native-extensions";

rmSync(staged, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
await build({
  entryPoints: [
    { in: fileURLToPath(new URL("src/main.ts", import.meta.url)), out: "duet" },
    { in: fileURLToPath(new URL("src/engine/kernelThread.ts", import.meta.url)), out: "kernelThread" },
  ],
  outdir: staged,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: [NATIVE, "webgpu"],
  banner: { js: BANNER },
  legalComments: "eof",
  logLevel: "warning",
});
chmodSync(join(staged, "duet.mjs"), 0o755);
cpSync(join(root, "packages/lora-engine/src/kernels/dist/tfjs"), join(staged, "wasm"), { recursive: true });
for (const name of ["LICENSE", "NOTICE", "THIRD_PARTY.md"]) cpSync(join(root, name), join(staged, name));
cpSync(fileURLToPath(new URL("README.md", import.meta.url)), join(staged, "README.md"));
const bundled = bringAlong(NATIVE, new Set());
const manifest = {
  name: "duet-headless",
  version,
  description,
  license,
  type: "module",
  bin: { duet: "duet.mjs" },
  engines: { node: ">=20.19" },
  dependencies: Object.fromEntries([...bundled].map((name) => [name, versionOf(name)])),
  bundleDependencies: [...bundled],
  peerDependencies: { webgpu: "^0.6.2" },
  peerDependenciesMeta: { webgpu: { optional: true } },
};
writeFileSync(join(staged, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", out], { cwd: staged, encoding: "utf8" });
console.log(join(out, packed.trim().split("\n").at(-1) ?? ""));

/** A package and all that it needs, copied from here. */
function bringAlong(name, done) {
  if (done.has(name)) return done;
  done.add(name);
  cpSync(join(root, "node_modules", name), join(staged, "node_modules", name), { recursive: true });
  const { dependencies = {} } = packageOf(name);
  for (const needed of Object.keys(dependencies)) bringAlong(needed, done);
  return done;
}

function packageOf(name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
}

function versionOf(name) {
  return packageOf(name).version;
}
