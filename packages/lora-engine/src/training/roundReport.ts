/** Collects what a round's metrics need while it runs, and tells the page how far it is. */
import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import type { Progress, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { Evaluation } from "./evaluateAdapter.ts";
import type { TrainingOutcome } from "./trainAdapter.ts";

/** Between two progress messages, ms. */
const PROGRESS_EVERY_MS = 250;

export type Measured = "base" | "personal" | "shared" | "fused";

/** What a client's round consists of, besides the network. */
export const ROUND_PHASES = ["steps", "evaluation", "fusion", "encoding"] as const;
export type RoundPhase = (typeof ROUND_PHASES)[number];
export type PhaseSeconds = Readonly<Record<RoundPhase, number>>;

export class RoundReport {
  readonly #seconds: Record<RoundPhase, number> = { steps: 0, evaluation: 0, fusion: 0, encoding: 0 };
  readonly #round: number;
  readonly #onProgress: (progress: Progress) => void;
  readonly #evaluations = new Map<Measured, Evaluation>();
  #fusion: RoundMetrics["fusion"] = null;
  #trainLoss: number | null = null;
  #trainTokens = 0;
  #trainSeconds = 0;
  #lastProgress = Number.NEGATIVE_INFINITY;
  #lastActivity: Progress["activity"] | null = null;

  constructor(round: number, onProgress: (progress: Progress) => void) {
    this.#round = round;
    this.#onProgress = onProgress;
  }

  /** A new activity is always told; `step`s within one are thinned out. */
  progress(activity: Progress["activity"], details: Partial<Progress> = {}): void {
    const now = performance.now();
    const inside = activity === this.#lastActivity && (details.step ?? 0) > 0 && details.step !== details.steps;
    if (inside && now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    this.#lastActivity = activity;
    this.#onProgress({ round: this.#round, activity, slot: null, step: 0, steps: 0, loss: null, tokensPerSecond: 0, ...details });
  }

  /** Does the work and counts its time. */
  async timed<T>(phase: RoundPhase, work: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.#seconds[phase] += (performance.now() - startedAt) / 1000;
    }
  }

  /** By this thread's clock, without what a journal knew already. */
  phases(): PhaseSeconds {
    return { ...this.#seconds };
  }

  evaluated(what: Measured, evaluation: Evaluation): void {
    this.#evaluations.set(what, evaluation);
  }

  fused(fusion: NonNullable<RoundMetrics["fusion"]>): void {
    this.#fusion = fusion;
  }

  trained({ meanLoss, tokens }: TrainingOutcome, seconds: number): void {
    this.#trainLoss = meanLoss;
    this.#trainTokens += tokens;
    this.#trainSeconds += seconds;
  }

  /** Of the served adapter; null before it was measured, and in a text task. */
  confusion(): Confusion | null {
    return this.#evaluations.get("fused")?.confusion ?? null;
  }

  metrics(): RoundMetrics {
    const perAdapter = <T>(pick: (evaluation: Evaluation) => T) => {
      const of = (what: Measured) => {
        const evaluation = this.#evaluations.get(what);
        return evaluation ? pick(evaluation) : null;
      };
      return { base: of("base"), personal: of("personal"), shared: of("shared"), fused: of("fused") };
    };
    return {
      trainLoss: this.#trainLoss,
      accuracy: perAdapter(({ accuracy }) => accuracy),
      macroF1: perAdapter(({ macroF1 }) => macroF1),
      testLoss: perAdapter(({ loss }) => loss),
      fusion: this.#fusion,
      trainTokens: this.#trainTokens,
      trainSeconds: this.#trainSeconds,
    };
  }
}

/** Tokens per second so far; 0 before any time has passed. */
export function rate(tokens: number, seconds: number): number {
  return seconds > 0 ? tokens / seconds : 0;
}
