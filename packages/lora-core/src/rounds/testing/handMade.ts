/** A federation of two by hand, FedAvg over two rounds and a fusing one, and events that happen to it. Instants are milliseconds. */
import type { RoundMetrics } from "../../protocol/metrics.ts";
import { methodOf } from "../../strategies/registry.ts";
import type { RoundCommand, RoundEvent } from "../roundEvents.ts";
import { transition } from "../roundMachine.ts";
import { initialRoundState, type RoundPolicy, type RoundState } from "../roundState.ts";
import { scheduleOf } from "../schedule.ts";

export const DEADLINE = 1000;
export const GRACE = 100;
export const WAIT = 5000;

/** FedAvg: rounds 1 and 2 are aggregated, round 3 fuses. */
export const policy: RoundPolicy = {
  schedule: scheduleOf(methodOf({ id: "fedavg", config: {} }), {
    local: { unit: "steps", amount: 1 },
    inner: { unit: "steps", amount: 1 },
    rounds: 2,
  }),
  minClients: 2,
  roundDeadlineMs: DEADLINE,
  reconnectGraceMs: GRACE,
  waitMs: WAIT,
  exchange: null,
  sampling: null,
  bySpeed: false,
  deadlineBySpeed: false,
  late: null,
  statistics: null,
};

const device = { backend: "cpu" as const, threads: 1, reason: "", description: "" };

function introduction(name: string, train = 10) {
  return { name, device, samples: { train, fusion: 1, test: 1 }, identity: null, figures: "everybody" as const };
}

function metrics(trainLoss: number | null = 0.5): RoundMetrics {
  const none = { base: null, personal: null, shared: null, fused: null };
  return { trainLoss, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };
}

export const joined = (clientId: string, at = 0, train = 10): RoundEvent => {
  return { type: "clientJoined", clientId, introduction: introduction(clientId, train), at };
};
/** Of a client that says that it has finished no round. */
export const asNew = (event: RoundEvent): RoundEvent =>
  "introduction" in event ? { ...event, introduction: { ...event.introduction, isNew: true } } : event;
export const returned = (clientId: string, at: number): RoundEvent => {
  return { type: "clientReturned", clientId, introduction: introduction(clientId), at };
};
export const away = (clientId: string, at: number): RoundEvent => ({ type: "clientAway", clientId, at });
export const left = (clientId: string, at: number): RoundEvent => ({ type: "clientLeft", clientId, at });
export const removed = (clientId: string, at: number): RoundEvent => ({ type: "clientRemoved", clientId, at });
export const graceExpired = (clientId: string, at: number): RoundEvent => ({ type: "graceExpired", clientId, at });
export const submitted = (clientId: string, round: number, at = 10, trainLoss = 0.5): RoundEvent => {
  const artifact = round <= 2 ? `${round}-${clientId}` : null;
  return { type: "submitted", clientId, round, artifact, sha256: null, bytes: 64, metrics: metrics(trainLoss), at };
};
export const damaged = (clientId: string, round: number, at: number): RoundEvent => ({
  type: "submissionDamaged",
  clientId,
  round,
  at,
});
export const deadline = (round: number, at: number, attempt = 1): RoundEvent => ({ type: "deadlinePassed", round, attempt, at });
export const aggregated = (round: number, at = 20): RoundEvent => ({
  type: "aggregated",
  round,
  error: 0.125,
  moduleErrors: [{ module: "q", error: 0.5 }],
  standings: [],
  means: null,
  at,
});
export const failed = (cause: "storage" | "method", at = 20): RoundEvent => {
  return { type: "aggregationFailed", round: 1, cause, reason: "no luck", at };
};
export const simple = (
  type: "started" | "paused" | "resumed" | "roundClosed" | "stopped" | "waitExpired" | "restarted",
  at = 20,
) => {
  return { type, at } as RoundEvent;
};

export function run(...events: readonly RoundEvent[]): RoundState {
  return events.reduce((state, event) => transition(state, event).state, initialRoundState(policy, 0));
}

export function commandsOf(state: RoundState, event: RoundEvent): readonly RoundCommand[] {
  return transition(state, event).commands;
}

export const opened = [joined("anna"), joined("bram", 5)];
export const closing = [...opened, submitted("anna", 1), submitted("bram", 1, 12)];
