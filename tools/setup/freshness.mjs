/** Whether something made from files is still up to date: by content, so that a fresh clone or a branch switch is judged right. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process.mjs";

const IGNORED = /(^|\/)(node_modules|fixtures)$|\.(test|bench)\.tsx?$/;

/** SHA-256 over the names and contents of files and folders given relative to the root; missing ones count as empty. */
export function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) visit(path, hash);
  return hash.digest("hex");
}

function visit(path, hash) {
  const full = join(root, path);
  if (IGNORED.test(path) || !existsSync(full)) return;
  if (statSync(full).isDirectory()) {
    for (const entry of readdirSync(full).sort()) visit(`${path}/${entry}`, hash);
  } else {
    hash.update(`${path}\0`).update(readFileSync(full)).update("\0");
  }
}

const stampOf = (name) => join(root, ".cache", "stamps", name);

/** True when every output exists and was made from inputs with this hash. */
export function isFresh(name, hash, outputs) {
  const stamp = stampOf(name);
  return outputs.every((path) => existsSync(join(root, path))) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** Remembers that the outputs of `name` were made from inputs with this hash. */
export function markFresh(name, hash) {
  mkdirSync(join(root, ".cache", "stamps"), { recursive: true });
  writeFileSync(stampOf(name), hash);
}
