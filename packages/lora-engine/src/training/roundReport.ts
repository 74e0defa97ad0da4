/** Collects what a round's metrics need while it runs, and tells the page how far it is. */
import type { SampleAnswer, TakenSamples } from "@duet/lora-core/contract/answerSamples";
import type { RoundResult } from "@duet/lora-core/contract/clientRound";
import {
  type AdapterKey,
  MEMORY_GRAIN,
  type PhaseSeconds,
  type Progress,
  type RoundMetrics,
  type RoundPhase,
} from "@duet/lora-core/protocol/metrics";
import type { SameRows } from "@duet/lora-core/protocol/sameRows";
import { heldMemory } from "../backends/heldMemory.ts";
import type { Evaluation } from "./evaluateAdapter.ts";
import type { WrittenFigures } from "./measureTexts.ts";
import type { TrainingOutcome } from "./trainAdapter.ts";

/** Between two progress messages, ms. */
const PROGRESS_EVERY_MS = 250;
/** After so long in which nothing was new, what was told last is told again: many test rows are no dead worker. */
const STILL_EVERY_MS = 10_000;

/** An adapter that is kept, the shared one as its training left it, or what learning alone has made. */
export type Measured = AdapterKey | "beforeAggregation" | "alone";

/** Of those that a report itself knows: whoever runs the round knows the others. */
type ComputedPhase = Exclude<RoundPhase, "load" | "tokenise" | "wait">;

export class RoundReport {
  readonly #seconds: PhaseSeconds = { load: 0, tokenise: 0, steps: 0, evaluation: 0, fusion: 0, encode: 0, wait: 0 };
  readonly #round: number;
  readonly #onProgress: (progress: Progress) => void;
  readonly #sample = new Map<Measured, Evaluation>();
  readonly #all = new Map<Measured, Evaluation>();
  readonly #written = new Map<AdapterKey, WrittenFigures>();
  /** Whether somebody wants to see what adapters answer to a few rows. */
  readonly takesSamples: boolean;
  #samples: TakenSamples | null = null;
  #fusion: RoundMetrics["fusion"] = null;
  #trainLoss: number | null = null;
  #trainings = 0;
  #trainTokens = 0;
  #trainSeconds = 0;
  #peakMemory = 0;
  #lastProgress = Number.NEGATIVE_INFINITY;
  #last: Progress | null = null;

  constructor(round: number, onProgress: (progress: Progress) => void, takesSamples = false) {
    this.#round = round;
    this.#onProgress = onProgress;
    this.takesSamples = takesSamples;
  }

  /** A new activity is always told; `step`s within one are thinned out. */
  progress(activity: Progress["activity"], details: Partial<Progress> = {}): void {
    this.#lookAtMemory();
    const now = performance.now();
    const inside = activity === this.#last?.activity && (details.step ?? 0) > 0 && details.step !== details.steps;
    if (inside && now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#tell({ round: this.#round, activity, slot: null, step: 0, steps: 0, loss: null, tokensPerSecond: 0, ...details }, now);
  }

  /** Whatever it is at has not ended, and is not dead; a training says so with every step. */
  goesOn(): void {
    const now = performance.now();
    if (!this.#last || this.#last.activity === "training" || now - this.#lastProgress < STILL_EVERY_MS) return;
    this.#tell(this.#last, now);
  }

  #tell(progress: Progress, now: number): void {
    this.#last = progress;
    this.#lastProgress = now;
    this.#onProgress(progress);
  }

  /** Does the work and counts its time. */
  async timed<T>(phase: ComputedPhase, work: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.#seconds[phase] += (performance.now() - startedAt) / 1000;
      this.#lookAtMemory();
    }
  }

  #lookAtMemory(): void {
    this.#peakMemory = Math.max(this.#peakMemory, heldMemory() ?? 0);
  }

  /** By this thread's clock, without what a journal knew already. */
  phases(): PhaseSeconds {
    return { ...this.#seconds };
  }

  /** On the rows that every round measures. */
  evaluated(what: Measured, evaluation: Evaluation): void {
    this.#sample.set(what, evaluation);
  }

  /** On all test rows, where those are more. */
  evaluatedOnAll(what: Measured, evaluation: Evaluation): void {
    this.#all.set(what, evaluation);
  }

  /** What it wrote in a text task. */
  wrote(what: AdapterKey, figures: WrittenFigures): void {
    this.#written.set(what, figures);
  }

  /** What it answered to the test rows at these places. */
  answered(what: AdapterKey, places: readonly number[], answers: readonly SampleAnswer[]): void {
    this.#samples = { places, answers: { ...this.#samples?.answers, [what]: answers } };
  }

  fused(fusion: NonNullable<RoundMetrics["fusion"]>): void {
    this.#fusion = fusion;
  }

  /** Learning alone costs as much, and its loss is not the federation's. */
  trained(what: Progress["slot"], { meanLoss, tokens }: TrainingOutcome, seconds: number): void {
    if (what !== "alone") this.#trainLoss = meanLoss;
    this.#trainings++;
    this.#trainTokens += tokens;
    this.#trainSeconds += seconds;
  }

  /** How many of them are over. */
  get trainings(): number {
    return this.#trainings;
  }

  /** Of the served adapter, and of the personal one on the same rows; null before the served one was measured, and in a text task. */
  confusions(): Pick<RoundResult, "confusion" | "personalConfusion"> {
    const of = (what: Measured) => this.#headline().get(what)?.confusion ?? null;
    const confusion = of("fused");
    return { confusion, personalConfusion: confusion && of("personal") };
  }

  /** Null where nobody wants to see any, or there is nothing to see. */
  samples(): TakenSamples | null {
    return this.#samples;
  }

  metrics(): RoundMetrics {
    const all = this.#headline();
    const before = this.#sample.get("beforeAggregation");
    return {
      trainLoss: this.#trainLoss,
      ...figuresOf(all),
      macroF1: perAdapter(all, ({ macroF1 }) => macroF1),
      ...(all === this.#sample ? {} : { sample: figuresOf(this.#sample) }),
      ...(before ? { beforeAggregation: { accuracy: before.accuracy, testLoss: before.loss } } : {}),
      ...(this.#written.size > 0 ? { text: textOf(this.#written) } : {}),
      fusion: this.#fusion,
      trainTokens: this.#trainTokens,
      trainSeconds: this.#trainSeconds,
      phases: this.phases(),
      ...(this.#peakMemory > 0 ? { peakMemory: MEMORY_GRAIN * Math.ceil(this.#peakMemory / MEMORY_GRAIN) } : {}),
    };
  }

  /** Of as many rows as were measured. */
  #headline(): ReadonlyMap<Measured, Evaluation> {
    return this.#all.size > 0 ? this.#all : this.#sample;
  }
}

function figuresOf(measured: ReadonlyMap<Measured, Evaluation>): SameRows & { readonly testRows: number } {
  const [first] = measured.values();
  const alone = measured.get("alone");
  return {
    accuracy: perAdapter(measured, ({ accuracy }) => accuracy),
    testLoss: perAdapter(measured, ({ loss }) => loss),
    ...(alone ? { alone: { accuracy: alone.accuracy, testLoss: alone.loss } } : {}),
    testRows: first?.rows ?? 0,
  };
}

function textOf(measured: ReadonlyMap<Measured, WrittenFigures>): NonNullable<RoundMetrics["text"]> {
  const [first] = measured.values();
  return {
    rows: first?.rows ?? 0,
    exactMatch: perAdapter(measured, ({ exactMatch }) => exactMatch),
    tokenF1: perAdapter(measured, ({ tokenF1 }) => tokenF1),
    rougeL: perAdapter(measured, ({ rougeL }) => rougeL),
  };
}

function perAdapter<Figures, T>(measured: ReadonlyMap<Measured, Figures>, pick: (evaluation: Figures) => T) {
  const of = (what: Measured) => {
    const evaluation = measured.get(what);
    return evaluation ? pick(evaluation) : null;
  };
  return { base: of("base"), personal: of("personal"), shared: of("shared"), fused: of("fused") };
}

/** Tokens per second so far; 0 before any time has passed. */
export function rate(tokens: number, seconds: number): number {
  return seconds > 0 ? tokens / seconds : 0;
}
