/** Where TF.js' WebAssembly is: beside a packed program, in the package of TF.js otherwise. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder, with a slash at the end. */
export function wasmFolder(): string {
  const packed = fileURLToPath(new URL("./wasm/", import.meta.url));
  if (existsSync(packed)) return packed;
  return `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
}
