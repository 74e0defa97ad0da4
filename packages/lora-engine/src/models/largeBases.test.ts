import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { estimateMemory, occupiedBytes } from "@duet/lora-core/architectures/memoryEstimate";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { defaultAdapter, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { wasmMemory } from "../kernels/wasmHeap.ts";
import { createWasmMeter, takeTrainingStep, type WasmMeter } from "../training/testing/stepMemory.ts";
import { createCausalTask } from "./causalLm/causalTask.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./causalLm/decoderWeights.ts";
import { createPromptEncoder } from "./causalLm/prompt.ts";
import type { Example } from "./languageModel.ts";
import { LARGE_BASES, randomBase } from "./testing/randomBase.ts";
import { smallTokenizer } from "./testing/randomEncoder.ts";

/** "NAME" or "NAME,NAME" of LARGE_BASES; the figures that it prints are those of docs/models.md. */
const { DUET_LARGE_BASES = "" } = process.env;
const wanted = DUET_LARGE_BASES.split(",");

/** What is proposed for phones and old laptops. */
const { batchSize, maxTokens } = defaultTraining("causal-lm", "small");
const WORKS: readonly {
  readonly batchSize: number;
  readonly maxTokens: number;
  readonly recompute: boolean;
  readonly upper?: number;
  readonly isSmall?: boolean;
}[] = [
  { batchSize: 1, maxTokens: 128, recompute: false },
  { batchSize: 8, maxTokens: 64, recompute: false },
  { batchSize: 8, maxTokens: 64, recompute: true },
  { batchSize: 8, maxTokens: 64, recompute: false, upper: 4 },
  { batchSize, maxTokens, recompute: false, isSmall: true },
];
const ANSWER_TOKENS = 4;
/** Float32 is what the smaller one took before 16-bit weights were kept as they are. */
const RUNS = [
  { name: "SmolLM2-135M", stored: "BF16", steps: 3 },
  { name: "SmolLM2-135M", stored: "F32", steps: 3 },
  { name: "Qwen2.5-0.5B", stored: "BF16", steps: 1 },
] as const;

describe.each(RUNS)("random weights of the shape of $name, from $stored, on wasm", ({ name, stored, steps }) => {
  const architecture = parseArchitecture(LARGE_BASES[name]);
  if (architecture.kind !== "decoder") throw new Error("not a decoder");
  const { config, linears } = architecture;
  let meter: WasmMeter;

  beforeAll(async () => {
    await useBackend("wasm");
    meter = createWasmMeter();
  });

  test.skipIf(!wanted.includes(name))(
    `load and step as estimated (needs DUET_LARGE_BASES=${name}, see docs/models.md)`,
    () => {
      const before = meter.live();
      const loaded = performance.now();
      const weights = loadDecoderWeights(config, randomBase(architecture, stored));
      const bytes = meter.live() - before;
      report(`${name} ${stored}: loaded in ${seconds(loaded)}, ${megabytes(bytes)} of tensors, heap ${heap()}`);
      const task = createCausalTask(weights, createPromptEncoder(smallTokenizer, config), { kind: "text" });
      for (const { upper, isSmall, ...work } of WORKS) {
        const layer = ({ name }: { readonly name: string }) => Number(/\.(\d+)\./.exec(name)?.[1]);
        const modules = linears.filter((module) => upper === undefined || layer(module) >= config.layers - upper);
        const adapter = isSmall
          ? defaultAdapter(architecture, "small")
          : { rank: 8, alpha: 16, dropout: 0, targetModules: modules.map(({ name }) => name) };
        const bytesPerWeight = stored === "BF16" ? 2 : 4;
        const workload = { ...work, answerTokens: ANSWER_TOKENS, evaluationRows: 1, bytesPerWeight } as const;
        const estimate = estimateMemory(architecture, adapter, workload);
        expect(bytes / estimate.weights).toBeCloseTo(1, 2);
        const start = initialAdapter(adapterLayout(linears, adapter), 1);
        const batch = rows(work.batchSize, work.maxTokens + 1);
        meter.takePeak();
        const times = Array.from({ length: steps }, () =>
          processorSeconds(() => takeTrainingStep(task, batch, start, work.recompute)),
        );
        const peak = meter.takePeak() - before;
        report(
          `  ${work.batchSize} x ${work.maxTokens}${work.recompute ? ", layers twice" : ""}${upper ? `, upper ${upper} layers` : ""}${isSmall ? ", rank 4 on q and v" : ""}: ` +
            `${times.map((time) => time.toFixed(2)).join(", ")} s of a processor, ` +
            `${megabytes(peak)} of tensors, estimate ${megabytes(estimate.step)}, in all ${megabytes(occupiedBytes(estimate))}, heap ${heap()}`,
        );
        expect(estimate.step / peak).toBeGreaterThan(0.85);
        expect(estimate.step / peak).toBeLessThan(1.25);
      }
      task.dispose();
      disposeDecoderWeights(weights);
      expect(meter.live()).toBe(before);
    },
    900_000,
  );
});

/** In turn, as the machine has other work to do: the ratio is what it says. */
test.skipIf(!wanted.includes("SmolLM2-135M"))(
  "steps on SmolLM2-135M's shape with weights of 16 and of 32 bits, in turn (needs DUET_LARGE_BASES=SmolLM2-135M)",
  async () => {
    await useBackend("wasm");
    const architecture = parseArchitecture(LARGE_BASES["SmolLM2-135M"]);
    if (architecture.kind !== "decoder") throw new Error("not a decoder");
    const { config, linears, defaultTargets } = architecture;
    const adapter = { rank: 8, alpha: 16, dropout: 0, targetModules: [...defaultTargets] };
    const start = initialAdapter(adapterLayout(linears, adapter), 1);
    const contestants = (["BF16", "F32"] as const).map((stored) => {
      const weights = loadDecoderWeights(config, randomBase(architecture, stored));
      expect(weights.embedding.format).toBe(stored === "BF16" ? "bf16" : "f32");
      const task = createCausalTask(weights, createPromptEncoder(smallTokenizer, config), { kind: "text" });
      return { weights, task, times: [] as number[] };
    });
    for (let turn = 0; turn <= 5; turn++) {
      for (const { task, times } of contestants) {
        const spent = processorSeconds(() => takeTrainingStep(task, rows(1, 65), start));
        if (turn > 0) times.push(spent);
      }
    }
    const [half = 0, whole = 0] = contestants.map(({ times }) => times.sort((a, b) => a - b)[2] ?? 0);
    report(
      `1 x 64, in turn: ${half.toFixed(2)} s of a processor with bfloat16, ${whole.toFixed(2)} s with float32, ratio ${(half / whole).toFixed(2)}`,
    );
    for (const { weights, task } of contestants) {
      task.dispose();
      disposeDecoderWeights(weights);
    }
  },
  900_000,
);

function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function rows(count: number, length: number): Example[] {
  return Array.from({ length: count }, (_, row) => ({
    tokens: Int32Array.from({ length }, (_, i) => 5 + ((7919 * i + 104_729 * row) % 49_000)),
    answerStart: length - ANSWER_TOKENS,
    label: -1,
  }));
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const heap = () => megabytes(wasmMemory().buffer.byteLength);
const seconds = (began: number) => `${((performance.now() - began) / 1000).toFixed(1)} s`;

function report(line: string): void {
  process.stdout.write(`${line}; process ${megabytes(process.memoryUsage().rss)}\n`);
}
