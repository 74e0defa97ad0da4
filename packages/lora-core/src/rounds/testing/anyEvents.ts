/** Any history of a small federation, for property tests. */
import fc from "fast-check";
import { FIGURES_FOR, NO_COUNTS } from "../../protocol/figures.ts";
import { EXCHANGE_STEPS } from "../../secureAggregation/exchangeStep.ts";
import { statisticsOf } from "../../statistics/rowStatistics.ts";
import type { RoundEvent } from "../roundEvents.ts";
import type { RoundPolicy } from "../roundState.ts";

/** Four rounds, two clients. */
export const policy: RoundPolicy = {
  schedule: [
    { round: 0, stage: "local", receives: false, uploads: true },
    { round: 1, stage: "federated", receives: true, uploads: true },
    { round: 2, stage: "federated", receives: true, uploads: true },
    { round: 3, stage: "fusing", receives: true, uploads: false },
  ],
  minClients: 2,
  roundDeadlineMs: 50,
  reconnectGraceMs: 20,
  waitMs: 200,
  exchange: null,
  sampling: null,
  bySpeed: false,
  deadlineBySpeed: false,
  late: null,
  statistics: null,
};
/** The same, whose shared adapters are summed securely. */
export const securePolicy: RoundPolicy = { ...policy, minClients: 3, exchange: { stepMs: 30, inputMs: 60, sumsFigures: true } };
/** The same, whose figures are not summed: in the last round nothing is. */
export const adaptersSumPolicy: RoundPolicy = {
  ...policy,
  minClients: 3,
  exchange: { stepMs: 30, inputMs: 60, sumsFigures: false },
};
/** All of it summed, where the clients first sum what their rows are like. */
export const countingPolicy: RoundPolicy = { ...securePolicy, statistics: "pause" };
/** The same, whose newcomers learn alone before they take part in a round after the first; in round 2 they need not. */
export const catchUpPolicy: RoundPolicy = {
  ...policy,
  schedule: policy.schedule.map((spec) => (spec.round === 1 || spec.round === 3 ? { ...spec, catchUp: true } : spec)),
};
/** Two of the three a round, and none in reserve. */
export const drawingPolicy: RoundPolicy = { ...policy, sampling: { clients: 2, reserve: 0, seed: 7 } };
/** Every round that is shared takes answers of the one before. */
export const latePolicy: RoundPolicy = { ...policy, late: { rounds: 1 } };
/** The same of two rounds before, of some who are drawn. */
export const lateDrawingPolicy: RoundPolicy = { ...drawingPolicy, late: { rounds: 2 } };
const none = { base: null, personal: null, shared: null, fused: null };
const metrics = { trainLoss: 1, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };
const device = { backend: "cpu" as const, threads: 1, reason: "", description: "" };

const clientId = fc.constantFrom("a", "b", "c");
const exchangeStep = fc.constantFrom(...EXCHANGE_STEPS);
const round = fc.integer({ min: 0, max: 4 });
const type = <T extends string>(value: T) => fc.constant(value);
const introduction = fc.record({
  name: clientId,
  figures: fc.constantFrom(...FIGURES_FOR),
  device: fc.constantFrom(device, null),
  samples: fc.constantFrom({ train: 3, fusion: 1, test: 1 }, { train: 3, fusion: null, test: null }, NO_COUNTS),
  identity: fc.constant(null),
  isNew: fc.constantFrom(true as const, undefined),
});

const standings = fc.array(
  fc.record({
    clientId,
    norm: fc.constantFrom(null, 0.5, 12),
    rows: fc.constantFrom(null, 1, 1e6),
    cosine: fc.constantFrom(null, -0.25, 1),
    isClipped: fc.boolean(),
    isCapped: fc.boolean(),
  }),
  { maxLength: 2 },
);

/** Any event; `at` is added from the time that passed since the one before. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: type("clientJoined"), clientId, introduction }) },
  { weight: 2, arbitrary: fc.record({ type: type("clientReturned"), clientId, introduction }) },
  fc.record({ type: type("clientAway"), clientId }),
  fc.record({ type: type("clientLeft"), clientId }),
  fc.record({ type: type("graceExpired"), clientId }),
  fc.record({ type: type("fetched"), clientId, bytes: fc.constant(8) }),
  {
    weight: 12,
    arbitrary: fc.record({
      type: type("submitted"),
      clientId,
      round,
      artifact: fc.option(fc.uuid(), { freq: 5 }),
      sha256: fc.constant(null),
      bytes: fc.constant(8),
      metrics: fc.constant(metrics),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: type("deadlinePassed"),
      round,
      attempt: fc.integer({ min: 1, max: 4 }),
      patient: fc.constantFrom(undefined, true as const),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: type("exchanged"),
      clientId,
      round,
      attempt: fc.constantFrom(1, 1, 1, 2),
      step: exchangeStep,
      artifact: fc.uuid(),
      sha256: fc.constant(null),
      bytes: fc.constant(8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: type("exchangeDeadlinePassed"),
      round,
      attempt: fc.constantFrom(1, 1, 2),
      step: exchangeStep,
    }),
  },
  fc.record({ type: type("exchangeFailed"), round, attempt: fc.constantFrom(1, 2), reason: fc.constant("x") }),
  {
    weight: 5,
    arbitrary: fc.record({
      type: type("aggregated"),
      round,
      error: fc.constantFrom(null, 0.25),
      moduleErrors: fc.constant([]),
      standings,
      means: fc.constant(null),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: type("counted"), round, statistics: fc.constant(statisticsOf([{ label: 0, tokens: 9 }], 2)) }),
  },
  { weight: 2, arbitrary: fc.record({ type: type("submissionDamaged"), clientId, round }) },
  { weight: 2, arbitrary: fc.record({ type: type("clientSkipped"), clientId }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: type("gauged"), round, error: fc.constantFrom(0.5, 0.75), moduleErrors: fc.constant([]) }),
  },
  fc.record({
    type: type("aggregationFailed"),
    round,
    cause: fc.constantFrom("storage" as const, "method" as const),
    reason: fc.constant("x"),
  }),
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("paused" as const, "resumed" as const, "resumed" as const) }) },
  fc.record({ type: fc.constantFrom("started" as const, "roundClosed" as const, "waitExpired" as const, "restarted" as const) }),
  fc.oneof(
    { weight: 9, arbitrary: fc.record({ type: type("waitExpired") }) },
    { weight: 1, arbitrary: fc.record({ type: type("clientRemoved"), clientId }) },
    { weight: 1, arbitrary: fc.record({ type: type("stopped") }) },
  ),
);
/** Up to 120 events, up to 30 ms apart, most of which fit. */
export const events = fc
  .array(fc.tuple(happening, fc.integer({ min: 0, max: 30 })), { maxLength: 120, size: "max" })
  .map((steps): RoundEvent[] => {
    let at = 0;
    return steps.map(([event, elapsed]) => {
      at += elapsed;
      return { ...event, at };
    });
  });
