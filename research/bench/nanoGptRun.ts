/**
 * GenAI NanoGPT beside ours in a browser, on wasm and WebGPU. No model of ours has its mathematics (RMSNorm as Llama, but an
 * ungated network and as many key heads as heads), so losses are not compared: its decoder has the width, layers, heads and vocabulary of duet-tiny
 * and a network as wide as makes the products of a token as many.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decoderLinears } from "@duet/lora-core/architectures/decoderConfig";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { random } from "@duet/lora-core/tensors/random";
import { LEARNING_RATE, type Measured, summary } from "@duet/lora-engine/bench/measureSteps";
import type { Outcome } from "@duet/lora-engine/bench/runContest";
import { ANSWER_TOKENS, RANK } from "@duet/lora-engine/bench/subjects";
import { benchPage, ROOT, runInBrowser } from "./browserRun.ts";
import type { NanoGptAnswer, NanoGptRequest, NanoGptShape } from "./nanoGpt/worker.ts";

const PAGE = "/research/bench/nanoGpt/index.html";

export interface NanoGptRun {
  /** The contest that it stands beside. */
  readonly name: string;
  readonly where: string;
  readonly ours: Measured;
  /** Null where it does not run; `skipped` says why. */
  readonly nanoGpt: Measured | null;
  readonly skipped: string | null;
}

const WORKS = ["lora-step", "evaluation"];
/** Contests of duet-tiny by their names: the work, rows and tokens of a row. */
const CONTEST = /^(lora-step|evaluation)\/duet-tiny\/(\d+)x(\d+)$/;

/** Fewer than a contest's steps: on a GPU in software one takes NanoGPT most of a minute. */
const NANO_STEPS = { warmUp: 1, measured: 3 } as const;

/** One after the other, as they come. */
export async function* measureNanoGpt(backends: readonly NanoGptRequest["backend"][]): AsyncGenerator<NanoGptRun> {
  const shape = shapeLikeDuetTiny();
  const page = await benchPage(PAGE, ".cache/bench-nanogpt");
  try {
    for await (const { where, outcomes } of runInBrowser(backends, WORKS, "It was not asked for", {
      halves: false,
      alone: true,
    })) {
      for (const outcome of outcomes) {
        const request = requestFor(outcome, shape);
        if (!request) continue;
        const what = `GenAI NanoGPT's ${outcome.name}`;
        const answer = await page.ask("duetNanoGpt", request, what, (asked) => window.duetNanoGpt(asked));
        yield { name: outcome.name, where, ours: outcome.ours, ...figuresOf(answer, request) };
      }
    }
  } finally {
    await page.close();
  }
}

/** Null for what it is not compared on. */
function requestFor({ name, backend }: Outcome, shape: NanoGptShape): NanoGptRequest | null {
  const [, work, rows, length] = CONTEST.exec(name) ?? [];
  if ((work !== "lora-step" && work !== "evaluation") || (backend !== "wasm" && backend !== "webgpu")) return null;
  const uniform = random(1, "nanoGpt");
  const token = () => Math.floor(uniform() * shape.vocabulary);
  const batch = Array.from({ length: Number(rows) }, () => Array.from({ length: Number(length) + 1 }, token));
  const runs = NANO_STEPS.warmUp + NANO_STEPS.measured;
  return { backend, work, shape, batch, answerTokens: ANSWER_TOKENS, runs, learningRate: LEARNING_RATE };
}

function figuresOf(answer: NanoGptAnswer, { batch }: NanoGptRequest): Pick<NanoGptRun, "nanoGpt" | "skipped"> {
  if (answer.kind === "skipped") return { nanoGpt: null, skipped: answer.reason };
  const tokens = batch.reduce((sum, row) => sum + row.length - 1, 0);
  const { losses: answers, times } = answer;
  return { nanoGpt: summary({ ...NANO_STEPS, tokens }, { answers, times, peakBytes: null, dispatches: null }), skipped: null };
}

/** Its layer multiplies width^2 (4 + 2 factor) numbers a token. */
function shapeLikeDuetTiny(): NanoGptShape {
  const { config } = parseArchitecture(JSON.parse(readFileSync(join(ROOT, "models/duet-tiny/config.json"), "utf8")));
  if (!("vocabSize" in config)) throw new Error("models/duet-tiny is not a causal LM");
  const { vocabSize: vocabulary, layers, heads, hiddenSize: width } = config;
  const products = decoderLinears(config).reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  return { vocabulary, layers, heads, width, mlpFactor: (products / layers / width ** 2 - 4) / 2, rank: RANK };
}
