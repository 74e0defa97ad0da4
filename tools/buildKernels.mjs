/**
 * Compiles the WebAssembly kernels of packages/lora-engine/kernels (AssemblyScript) into a module of Base64 text, which every bundler,
 * Node and a worker can import: packages/lora-engine/src/kernels/dist/binaries.ts, not under version control. Beside it lie TF.js'
 * own binaries, by the names that backends/wasmBackend.ts asks for.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main, root, run, SetupError } from "./setup/process.mjs";
import { withSharedMemory } from "./sharedMemory.mjs";

const FOLDER = "packages/lora-engine/src/kernels/dist";
const TFJS = "node_modules/@tensorflow/tfjs-backend-wasm/dist";
const COMMON = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--noExportMemory", "--enable", "simd"];
const RELAXED = ["--enable", "relaxed-simd"];
/** TF.js' memory is of up to 4 GiB. */
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];

const VARIANTS = {
  plain: [],
  relaxed: RELAXED,
  plainShared: SHARED,
  relaxedShared: [...RELAXED, ...SHARED],
};

await main(async () => {
  mkdirSync(join(root, FOLDER), { recursive: true });
  const lines = ["/** Made by tools/buildKernels.mjs. */"];
  for (const [name, args] of Object.entries(VARIANTS)) {
    const file = join(root, FOLDER, `${name}.wasm`);
    const compiler = ["node_modules/assemblyscript/bin/asc.js", "packages/lora-engine/kernels/index.ts", "-o", file];
    const { code } = await run(process.execPath, [...compiler, ...COMMON, ...args]);
    if (code !== 0) throw new SetupError(`The kernels (${name}) do not compile; the reason stands above.`);
    lines.push(`export const ${name} =\n  "${readFileSync(file).toString("base64")}";`);
    rmSync(file);
  }
  writeFileSync(join(root, FOLDER, "binaries.ts"), `${lines.join("\n")}\n`);
  placeTfjs(join(root, TFJS), join(root, FOLDER, "tfjs"));
});

function placeTfjs(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"]) copyFileSync(join(from, name), join(to, name));
  const plain = readFileSync(join(from, "tfjs-backend-wasm-simd.wasm"));
  writeFileSync(join(to, "tfjs-backend-wasm-simd-shared.wasm"), withSharedMemory(plain));
}
