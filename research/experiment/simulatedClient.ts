/** A client of a simulated federation, with what it reported and sent so far. */
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterOfRank } from "@duet/lora-core/adapters/adapterRank";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { random } from "@duet/lora-core/tensors/random";
import type { Budget, TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import type { LanguageModel, TaskModel } from "@duet/lora-engine/models/languageModel";
import type { Client } from "@duet/lora-engine/training/client";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { createMemoryLedger } from "@duet/lora-engine/training/privacyLedger";
import { openPrivacyMeter, type PrivacyMeter } from "@duet/lora-engine/training/privacyMeter";
import { RoundReport } from "@duet/lora-engine/training/roundReport";
import { createRunControl } from "@duet/lora-engine/training/runControl";
import { runRound } from "@duet/lora-engine/training/runRound";
import type { ClientData, ExperimentData } from "./clientData.ts";
import { withLabelNoise } from "./labelNoise.ts";
import type { RunSettings } from "./runs.ts";

export interface SimulatedClient {
  readonly id: string;
  readonly data: ClientData;
  client: Client;
  /** Null without privacy. */
  meter: PrivacyMeter | null;
  readonly metrics: { readonly round: number; readonly metrics: RoundMetrics }[];
  bytesUp: number;
  bytesDown: number;
}

export interface ClientSetup {
  readonly settings: RunSettings;
  readonly data: ExperimentData;
  readonly model: LanguageModel;
  /** The model bound to the data's task; the caller's. */
  readonly taskModel: TaskModel;
  readonly adapter: AdapterConfig;
  readonly training: TrainingConfig;
}

/** All clients of a federation before its first round, each with a stream of its own. */
export function simulatedClients({ settings, data, model, taskModel, adapter, training }: ClientSetup): SimulatedClient[] {
  const { seed, labelNoise, upload = AS_THEY_ARE } = settings;
  return data.clients.map((own, index) => {
    const split = withLabelNoise(own.split, answersOf(data), labelNoise, seed + index);
    const clientSeed = Math.floor(random(seed, "client", index)() * 2 ** 31);
    const rank = rankOfClient(settings, index) ?? adapter.rank;
    const client = prepareClient(
      taskModel,
      model.linears,
      { task: data.task, adapter: adapterOfRank(adapter, rank), training, upload, seed, clientSeed },
      split,
    );
    return { id: `client-${index + 1}`, data: own, client, meter: null, metrics: [], bytesUp: 0, bytesDown: 0 };
  });
}

/** Undefined where all have the default. */
const rankOfClient = ({ ranks }: Pick<RunSettings, "ranks">, index: number): number | undefined =>
  ranks?.of[index % ranks.of.length];

/** With privacy: gives a client a budget of its own for all of its trainings, with samples and noise from the run's seed. */
export async function openMeter(simulated: SimulatedClient, trainings: readonly Budget[], seed: number): Promise<void> {
  const { id, client, data } = simulated;
  const setup = { ...client.setup, trainings };
  const uniform = random(seed, "privacy", id);
  simulated.meter = await openPrivacyMeter({ setup, model: "", rows: data.split, store: createMemoryLedger(), uniform });
}

/** Runs one round, and notes in the client what came of it. */
export async function takeTurn(
  simulated: SimulatedClient,
  request: RoundRequest,
): Promise<{ readonly upload: Uint8Array | null; readonly metrics: RoundMetrics }> {
  const { round, received } = request;
  const report = new RoundReport(round, () => {});
  const { client, meter } = simulated;
  const { held, served, upload } = await runRound(client, request, report, createRunControl(), undefined, meter);
  const metrics = report.metrics();
  simulated.client = { ...client, held, served, lastRound: round };
  simulated.metrics.push({ round, metrics });
  simulated.bytesDown += received?.byteLength ?? 0;
  simulated.bytesUp += upload?.byteLength ?? 0;
  return { upload, metrics };
}

/** Everything a wrong answer may say. */
function answersOf({ task, clients }: ExperimentData): readonly string[] {
  if (task.kind === "label") return task.labels;
  return [...new Set(clients.flatMap(({ split }) => split.train.map(({ answer }) => answer)))];
}
