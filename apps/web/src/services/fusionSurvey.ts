/** The plane of the two fusion weights, measured point by point in the worker, so that one sees where good mixtures lie. */
import { createStore, type ReadableStore } from "@duet/client/store";
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import { explain, type FailureText, hasCode } from "@duet/lora-core/errors/duetError";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { Mix } from "@duet/lora-core/fusion/mix";

export interface SurveyPoint {
  readonly weights: FusionWeights;
  /** Share of the fusion rows right; in a text task, where nothing is right or wrong, minus the loss in nats. */
  readonly worth: number;
}

export interface SurveyState {
  readonly kind: "idle" | "running" | "failed";
  readonly points: readonly SurveyPoint[];
  readonly failure: FailureText | null;
}

export interface FusionSurvey extends ReadableStore<SurveyState> {
  /** Measures what has not been measured yet. Asking this tab's adapters anything else stops it, as {@link stop} does. */
  start(): void;
  stop(): void;
}

/** In each direction; from below nothing to beyond all of an adapter. */
export const SURVEY_STEPS: readonly number[] = [-0.25, 0, 0.25, 0.5, 0.75, 1, 1.25];

/** Corners and anchors come first, so that something is seen soon. */
export const SURVEY_WEIGHTS: readonly FusionWeights[] = [4, 2, 1].flatMap((stride, pass) =>
  SURVEY_STEPS.flatMap((personal, i) =>
    SURVEY_STEPS.flatMap((shared, j) => {
      const isOn = (every: number) => (i + 3) % every === 0 && (j + 3) % every === 0;
      const isEarlier = pass > 0 && isOn(2 * stride);
      return isOn(stride) && !isEarlier ? [{ personal, shared }] : [];
    }),
  ),
);

export function createFusionSurvey(
  engine: Pick<AnswerEngine, "measureFusion" | "stopAnswering">,
  kind: Mix["kind"],
): FusionSurvey {
  const store = createStore<SurveyState>({ kind: "idle", points: [], failure: null });

  async function measureRest(): Promise<void> {
    const { points } = store.get();
    for (const weights of SURVEY_WEIGHTS.slice(points.length)) {
      const { accuracy, loss } = await engine.measureFusion(
        kind === "product" ? { kind, weights } : { kind, weights: [weights] },
      );
      const state = store.get();
      if (state.kind !== "running") return;
      store.set({ ...state, points: [...state.points, { weights, worth: accuracy ?? -loss }] });
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    start() {
      if (store.get().kind === "running") return;
      store.set({ ...store.get(), kind: "running", failure: null });
      measureRest().then(
        () => store.set({ ...store.get(), kind: "idle" }),
        (error: unknown) => {
          const isStopped = hasCode(error, "STOPPED");
          store.set({ ...store.get(), kind: isStopped ? "idle" : "failed", failure: isStopped ? null : explain(error) });
        },
      );
    },
    stop() {
      if (store.get().kind !== "running") return;
      store.set({ ...store.get(), kind: "idle" });
      void engine.stopAnswering();
    },
  };
}
