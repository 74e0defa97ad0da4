/**
 * `npm run bench [-- --json FILE]`: median time of one LoRA training step (forward, backward, AdamW, loss read back), ours beside
 * the same model in stock TF.js ops, on the wasm backend in this process. Both start from the same adapter and the same batch,
 * and their losses must agree at every step.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { selectBackend } from "@duet/lora-core/backends/selectBackend";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { loadModel } from "@duet/lora-core/models/loadModel";
import type { ModelFiles } from "@duet/lora-core/models/modelFiles";
import { createTextTokenizer } from "@duet/lora-core/models/textTokenizer";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { type Loss, type Measured, measureSteps, type StepOptions } from "../packages/lora-core/bench/measureSteps.ts";
import { createStockCausalLm } from "../packages/lora-core/bench/stockCausalLm.ts";
import { createStockEncoder } from "../packages/lora-core/bench/stockEncoder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STEPS = { warmUp: 1, measured: 5 };
const RANK = 8;
/** Answer tokens per row of a decoder: a label and the end. */
const ANSWER_TOKENS = 4;
/** Nats between the two losses of any step. */
const LOSS_TOLERANCE = 1e-3;
const LABELS = ["definitions", "copyright", "patents", "redistribution", "trademarks", "warranty", "liability", "appendix"];

interface Contest extends StepOptions {
  readonly model: string;
  readonly ours: Loss;
  readonly stock: Loss;
  dispose(): void;
}

interface Outcome {
  readonly model: string;
  readonly batch: string;
  readonly ours: Measured;
  readonly stock: Measured;
  /** How many times faster a step of ours is. */
  readonly ratio: number;
  /** Largest difference of the two losses at the same step, nats. */
  readonly lossDifference: number;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const wasmPath = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
  const device = await selectBackend({ forced: "wasm", wasmPath, threads: 1 });
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}, ${device.backend}, one thread`;
  console.log(`One LoRA step (rank ${RANK}), median of ${STEPS.measured} after ${STEPS.warmUp} to warm up. ${machine}\n`);
  const outcomes: Outcome[] = [];
  for (const create of [encoderContest, causalContest]) {
    const outcome = await contest(create);
    report(outcome);
    outcomes.push(outcome);
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, rank: RANK, outcomes }, null, 2)}\n`);
  const apart = outcomes.filter(({ lossDifference }) => !(lossDifference <= LOSS_TOLERANCE));
  for (const { model } of apart) console.error(`The losses of ${model} do not agree: the comparison is void.`);
  if (apart.length > 0) process.exitCode = 1;
}

/** Sentence encoder, 16 rows of 40 tokens. */
async function encoderContest(): Promise<Contest> {
  const files = modelFolder("use-lite");
  const { config, family } = parseArchitecture(files.config);
  if (family !== "encoder") throw new Error("models/use-lite is not an encoder");
  const tokenizer = createTextTokenizer(files.tokenizer);
  const model = loadModel(files);
  const task = await model.prepare({ kind: "label", labels: LABELS });
  const stock = createStockEncoder({
    config,
    checkpoint: files.weights,
    labels: LABELS.map((label) => Int32Array.from(tokenizer.encode(label))),
    temperature: 16,
  });
  const batch = chunks(tokenizer.encode(sampleText()), 16, 40).map((tokens, row) => ({
    tokens,
    answerStart: tokens.length,
    label: row % LABELS.length,
  }));
  return {
    model: "use-lite (encoder)",
    batch,
    tokens: 16 * 40,
    adapter: adapterOf(files),
    ...STEPS,
    ours: (examples, adapter) => task.loss(examples, adapter, null),
    stock: stock.loss,
    dispose: () => {
      for (const owner of [task, model, stock]) owner.dispose();
    },
  };
}

/** Decoder, 8 rows of 64 tokens; the 65th is only predicted. */
async function causalContest(): Promise<Contest> {
  const files = modelFolder("duet-tiny");
  const { config, family } = parseArchitecture(files.config);
  if (family !== "causal-lm") throw new Error("models/duet-tiny is not a causal LM");
  const model = loadModel(files);
  const task = await model.prepare({ kind: "text" });
  const stock = createStockCausalLm(config, files.weights);
  const text = createTextTokenizer(files.tokenizer).encode(sampleText());
  const batch = chunks(text, 8, 65).map((tokens) => ({ tokens, answerStart: tokens.length - ANSWER_TOKENS, label: -1 }));
  return {
    model: "duet-tiny (causal-lm)",
    batch,
    tokens: 8 * 64,
    adapter: adapterOf(files),
    ...STEPS,
    ours: (examples, adapter) => task.loss(examples, adapter, null),
    stock: stock.loss,
    dispose: () => {
      for (const owner of [task, model, stock]) owner.dispose();
    },
  };
}

async function contest(create: () => Promise<Contest>): Promise<Outcome> {
  const made = await create();
  const ours = await measureSteps(made.ours, made);
  const stock = await measureSteps(made.stock, made);
  made.dispose();
  return {
    model: made.model,
    batch: `${made.batch.length} x ${made.tokens / made.batch.length} tokens`,
    ours,
    stock,
    ratio: stock.medianMs / ours.medianMs,
    lossDifference: Math.max(...ours.losses.map((loss, step) => Math.abs(loss - (stock.losses[step] ?? Number.NaN)))),
  };
}

function report({ model, batch, ours, stock, ratio, lossDifference }: Outcome): void {
  const line = (name: string, { medianMs, tokensPerSecond }: Measured) =>
    console.log(`  ${name.padEnd(14)}${medianMs.toFixed(0).padStart(7)} ms/step ${tokensPerSecond.toFixed(0).padStart(8)} tok/s`);
  console.log(`${model}, ${batch}`);
  line("ours", ours);
  line("stock TF.js", stock);
  console.log(`  ratio ${ratio.toFixed(2)}, losses agree to ${lossDifference.toExponential(1)} nats\n`);
}

/** A fresh adapter on the model's recommended modules. */
function adapterOf(files: ModelFiles): NamedTensors {
  const { linears, defaultTargets } = parseArchitecture(files.config);
  const config = { rank: RANK, alpha: 2 * RANK, dropout: 0, targetModules: [...defaultTargets] };
  return initialAdapter(adapterLayout(linears, config), 1);
}

/** Text that is always there and never changes. */
function sampleText(): string {
  return readFileSync(`${ROOT}/LICENSE`, "utf8").replace(/\s+/g, " ");
}

/** The first `count` pieces of `size` tokens. */
function chunks(ids: readonly number[], count: number, size: number): Int32Array[] {
  if (ids.length < count * size) throw new Error(`The sample text has ${ids.length} tokens, ${count * size} are needed`);
  return Array.from({ length: count }, (_, row) => Int32Array.from(ids.slice(row * size, (row + 1) * size)));
}

function modelFolder(id: string): ModelFiles {
  const read = (name: string) => readFileSync(`${ROOT}/models/${id}/${name}`);
  return {
    config: JSON.parse(read("config.json").toString()),
    tokenizer: JSON.parse(read("tokenizer.json").toString()),
    weights: readSafetensors(read("model.safetensors")),
  };
}
