/** The part of a client's time that its engine does not see: opening, and waiting for the network and for others. Pure but for its clock. */
import type { PhaseSeconds, RoundMetrics } from "@duet/lora-core/protocol/metrics";

export interface PhaseClock {
  /** Does what comes before any round and counts its time. */
  opening<T>(phase: "load" | "tokenise", work: () => Promise<T>): Promise<T>;
  /** A round begins to be computed: what it starts from is there. */
  begins(): void;
  /** It is computed: from now on the client waits. */
  ends(): void;
  /** The report of the round that began last, with what its engine could not know; one without phases stays as it is. */
  withOwn(metrics: RoundMetrics): RoundMetrics;
}

type OwnPhases = Pick<PhaseSeconds, "load" | "tokenise" | "wait">;

/** `now` in milliseconds. */
export function createPhaseClock(now: () => number): PhaseClock {
  let opened = { load: 0, tokenise: 0 };
  let idleSince: number | null = null;
  let own: OwnPhases = { ...opened, wait: 0 };
  return {
    async opening(phase, work) {
      const began = now();
      const result = await work();
      opened = { ...opened, [phase]: opened[phase] + secondsSince(began, now()) };
      idleSince = now();
      return result;
    },
    begins() {
      own = { ...opened, wait: idleSince === null ? 0 : secondsSince(idleSince, now()) };
      opened = { load: 0, tokenise: 0 };
    },
    ends() {
      idleSince = now();
    },
    withOwn: (metrics) => (metrics.phases ? { ...metrics, phases: { ...metrics.phases, ...own } } : metrics),
  };
}

/** A clock that was set back gives none. */
const secondsSince = (began: number, at: number): number => Math.max(0, (at - began) / 1000);
