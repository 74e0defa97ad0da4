/** Very many clients that only have a socket, on a real coordinator: figures are all that they send, and those are made up by a seed. */
import { randomBytes } from "node:crypto";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { NO_METRICS, type RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { isFusing, isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { random } from "@duet/lora-core/tensors/random";
import type { OpenFederation, Stage } from "./stage.ts";

export interface Crowd {
  /** All of them answer a round, once it is open; but for those named, for whom the organiser then does not wait. */
  answer(round: number, missing?: readonly string[]): Promise<void>;
  /** Each says how far it is with a round, one after the other. */
  step(round: number, step: number): Promise<void>;
  close(): void;
}

interface CrowdClient {
  readonly name: string;
  readonly coordinator: CoordinatorClient;
  /** Shares of its test rows that are right: at the end, and with learning alone. */
  readonly best: number;
  readonly alone: number;
  readonly tokensPerSecond: number;
}

/** A federation of so many clients that share nothing, on the served encoder. @throws {Error} where it is not served. */
export async function crowdConfig(
  { organiser }: Pick<Stage, "organiser">,
  rounds: number,
  clients: number,
): Promise<FederationConfig> {
  const model = (await organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const task = { kind: "label" as const, labels: ["calm", "alarm"] };
  const sizes = { rounds, minClients: clients, maxClients: clients };
  return defaultFederation({ name: "Discharge letters", model, task, method: "local", ...sizes });
}

/** As many as the federation takes: "Site 01" and so on, each on a socket of its own. Its method is one that sends no adapters. */
export async function seatCrowd(stage: Stage, config: FederationConfig, open: OpenFederation): Promise<Crowd> {
  const draw = random(7, "crowd");
  const clients = await Promise.all(
    Array.from({ length: config.maxClients }, async (_, index): Promise<CrowdClient> => {
      const name = `Site ${String(index + 1).padStart(2, "0")}`;
      const figures = { best: 0.6 + 0.35 * draw(), alone: 0.5 + 0.25 * draw(), tokensPerSecond: 400 + 400 * draw() };
      return { name, coordinator: await seat(stage, config, open, name, 300 + 10 * index), ...figures };
    }),
  );
  const { federationId, organiserKey } = open;
  return {
    async answer(round, missing = []) {
      await open.until(`round ${round}`, ({ openRound }) => openRound?.round === round);
      const answering = clients.filter(({ name }) => !missing.includes(name));
      await Promise.all(
        answering.map((client) => {
          const metrics = metricsOf(client, round, config.budgets.rounds, draw);
          return client.coordinator.request("round:submit", { round, adapter: null, metrics });
        }),
      );
      const action = { kind: "closeRound" } as const;
      if (missing.length > 0) await stage.organiser.request("federation:control", { federationId, organiserKey, action });
    },
    async step(round, step) {
      const progress = { round, activity: "training", slot: "personal", step, steps: 1000, loss: 0.4 } as const;
      for (const { coordinator, tokensPerSecond } of clients)
        await coordinator.request("client:progress", { ...progress, tokensPerSecond });
    },
    close() {
      for (const { coordinator } of clients) coordinator.close();
    },
  };
}

async function seat(stage: Stage, { model }: FederationConfig, open: OpenFederation, name: string, train: number) {
  const coordinator = createCoordinatorClient({ url: stage.url, ledger: createSentLedger(Date.now), now: Date.now });
  await coordinator.join({
    federationId: open.federationId,
    inviteToken: new URL(open.inviteUrl).hash.slice(1),
    name,
    resumeToken: randomBytes(24).toString("base64url"),
    modelSha256: fingerprint(model.files),
    figures: "everybody",
    device: { backend: "wasm", threads: 4, reason: "There is no WebGPU here.", description: "a client of a test" },
    samples: { train, fusion: 60, test: 120 },
    sees: "own",
  });
  return coordinator;
}

/** Nearer to the best with every round, by less each time. */
function metricsOf({ best, alone }: CrowdClient, round: number, rounds: number, draw: () => number): RoundMetrics {
  const learned = best - (best - 0.35) * Math.exp((-6 * round) / rounds) + 0.02 * (draw() - 0.5);
  const fusion = { personal: 1.2 * draw(), shared: 1.2 * draw(), evaluations: 12, forwardTokens: 20_000, seconds: 9 };
  const isLast = isFusing(round, rounds);
  const isFederated = !isLast && !isLocalLearning(round);
  return {
    ...NO_METRICS,
    trainLoss: 2 - learned,
    accuracy: {
      base: 0.31,
      personal: isLocalLearning(round) ? alone : null,
      shared: isLocalLearning(round) ? null : learned,
      fused: isLast ? Math.max(learned, alone) : null,
    },
    testRows: 120,
    alone: { accuracy: alone, testLoss: 1 },
    // A client's own training helps on its own rows; the mean takes some of that back.
    ...(isFederated ? { beforeAggregation: { accuracy: Math.min(1, learned + 0.05), testLoss: 1 - learned } } : {}),
    fusion: isLast ? fusion : null,
    trainTokens: 30_000,
    trainSeconds: 40 + 20 * draw(),
    peakMemory: 2 ** 28,
  };
}
