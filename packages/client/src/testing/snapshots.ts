/** Snapshots for tests of pure view code: a small federation of two rounds, changed where a test needs it. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { NO_METRICS, type RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { stageOfRound } from "@duet/lora-core/schedule/roundNumbers";

export const metricsOf = (change: Partial<RoundMetrics> = {}): RoundMetrics => ({ ...NO_METRICS, ...change });

export function clientOf(id: string, change: Partial<ClientView> = {}): ClientView {
  return {
    id,
    name: id,
    device: { backend: "wasm", threads: 2, reason: "There is no WebGPU adapter.", description: "Chromium" },
    samples: { train: 60, fusion: 10, test: 30 },
    identity: null,
    figures: "everybody",
    status: "present",
    note: null,
    lastSeenAt: 0,
    progress: null,
    bytesUp: 0,
    bytesDown: 0,
    history: [],
    ...change,
  };
}

export function roundOf(round: number, change: Partial<RoundView> = {}): RoundView {
  return {
    round,
    stage: stageOfRound(round, 2),
    openedAt: 1000 * round,
    closedAt: 1000 * (round + 1),
    participants: ["anna", "bram"],
    aggregated: ["anna", "bram"],
    meanLoss: null,
    aggregationError: null,
    means: null,
    exchanges: 0,
    ...change,
  };
}

/** Two clients, T = 2, nothing has happened yet. */
export function snapshotOf(change: Partial<Snapshot> = {}): Snapshot {
  return {
    federationId: "f1",
    revision: 1,
    config: defaultFederation({
      name: "ward notes",
      model: encoderBase,
      task: { kind: "label", labels: ["a", "b", "c", "d"] },
      rounds: 2,
      minClients: 2,
      method: "fdlora",
      preset: "sends-personal",
    }),
    phase: "waiting",
    note: "",
    createdAt: 0,
    endedAt: null,
    joining: "open",
    waiting: 0,
    openRound: null,
    rounds: [],
    moduleErrors: [],
    clients: [clientOf("anna"), clientOf("bram")],
    events: [],
    adapterBytes: 400_000,
    modelBytes: 28_000_000,
    ...change,
  };
}

/** Round `round` is open, the ones before it are closed. */
export function collecting(round: number, change: Partial<Snapshot> = {}): Snapshot {
  const closed = Array.from({ length: round }, (_, index) => roundOf(index));
  return snapshotOf({
    phase: "collecting",
    openRound: { round, attempt: 1, participants: ["anna", "bram"], submitted: [], deadlineAt: null, exchange: null },
    rounds: [...closed, roundOf(round, { closedAt: null, aggregated: [] })],
    ...change,
  });
}
