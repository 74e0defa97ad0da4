/** A simulated federation, and what an attacker may come to see of it: the product's rounds and training, everything random from the run's seed. */
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { Row } from "@duet/lora-core/data/row";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import { clientPrivacyOf, defaultTraining, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { trainingsOf, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import type { TaskModel } from "@duet/lora-engine/models/languageModel";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { budgetsOf } from "../experiment/budget.ts";
import type { OpenModel } from "../experiment/openModel.ts";
import { openMeter, type SimulatedClient, takeTurn } from "../experiment/simulatedClient.ts";
import { SimulatedCoordinator } from "../experiment/simulatedCoordinator.ts";
import { directionAlone } from "./directionAlone.ts";
import type { LeakSettings } from "./leakRun.ts";

const RANK = 8;
const ALPHA = 16;
const CLIP = 1;
const MAX_TOKENS = 32;
const DEVICE = { backend: "wasm", threads: 1, reason: "An experiment.", description: "Node.js" } as const;

/** What is trained, and on which rows by each client. */
export interface Listening {
  readonly settings: LeakSettings;
  readonly labels: readonly string[];
  readonly rows: readonly (readonly Row[])[];
  readonly opened: OpenModel;
  readonly taskModel: TaskModel;
}

/** What an attacker may come to see, as adapters. */
export interface Overheard {
  /** What everybody began with. */
  readonly start: NamedTensors;
  /** Each client's in the last round. An update that travels as a difference tells the same: what it is to is known. None of noisy sums. */
  readonly updates: readonly NamedTensors[];
  /** The shared adapter after the last round: all that a secure sum leaves to see. */
  readonly sum: NamedTensors;
  /** Of noisy sums, what there is to read in them; null without noise in the sums. */
  readonly direction: NamedTensors | null;
  /** What each client ends with. */
  readonly served: readonly NamedTensors[];
}

/** Runs it to its end. The models stay the caller's. */
export async function overheard({ settings, labels, rows, opened, taskModel }: Listening): Promise<Overheard> {
  const { method: name, seed, rounds, steps, clients: count } = settings;
  const { model } = opened;
  const [id = "", preset] = name.split(":");
  const method = methodOf(presetOf(id, preset));
  const budgets = budgetsOf(steps, steps, rounds);
  const clients = rows.map((train, index) => clientOf({ settings, labels, opened, taskModel }, train, index));
  const layout = adapterLayout(model.linears, adapterOf(opened));
  const coordinator = new SimulatedCoordinator({
    method,
    robustness: ROBUSTNESS.none,
    // Rounded uploads tell less, if anything.
    coding: AS_THEY_ARE,
    budgets,
    layout,
    rank: RANK,
    seed,
    clients: count,
    clientPrivacy: privacyOfClients(settings),
    sums: null,
    training: trainingOf(settings, opened),
    isBySpeed: false,
  });
  for (const simulated of clients) {
    await openMeter(simulated, trainingsOf(method, budgets), seed);
    const { train, fusion, test } = simulated.client.examples;
    const samples = { train: train.length, fusion: fusion.length, test: test.length };
    coordinator.join(simulated.id, { name: simulated.data.name, device: DEVICE, samples, identity: null, figures: "everybody" });
  }
  const start = clients[0]?.client.held.shared ?? new Map();
  let updates: readonly NamedTensors[] = [];
  for (let open = coordinator.open; open; open = coordinator.open) {
    const plan = coordinator.planOf(open.round);
    for (const simulated of clients) {
      const received = coordinator.sentTo(simulated.id, plan);
      const { upload, metrics } = await takeTurn(simulated, { round: open.round, plan, received });
      coordinator.submit(simulated.id, open.round, upload, metrics);
    }
    if (plan.upload?.slot === "shared") updates = clients.map(({ client }) => client.held.shared);
  }
  const sum = clients[0]?.client.held.shared ?? start;
  const isNoisy = settings.clientEpsilon !== undefined;
  return {
    start,
    updates: isNoisy ? [] : updates,
    sum,
    direction: isNoisy ? directionAlone(start, sum) : null,
    served: !trainsPersonal(method, budgets) ? clients.map(() => sum) : clients.map(({ client }) => client.served ?? sum),
  };
}

/** A client before its first round. */
export function clientOf(
  { settings, labels, opened, taskModel }: Omit<Listening, "rows">,
  train: readonly Row[],
  index: number,
): SimulatedClient {
  const clientSeed = Math.floor(random(settings.seed, "client", index)() * 2 ** 31);
  const task = { kind: "label" as const, labels: [...labels] };
  const setup = { task, adapter: adapterOf(opened), training: trainingOf(settings, opened), seed: settings.seed, clientSeed };
  // Fusion and test rows are read for figures that no attack looks at.
  const split = { train, fusion: train.slice(0, 4), test: train.slice(0, 2) };
  const client = prepareClient(taskModel, opened.model.linears, setup, split);
  const data = { name: `client ${index + 1}`, split, unseen: [] };
  return { id: `client-${index + 1}`, data, client, meter: null, metrics: [], bytesUp: 0, bytesDown: 0 };
}

/** Of its sums; null where they are exact. */
export const privacyOfClients = ({ clientEpsilon, clients }: LeakSettings): ClientPrivacyConfig | null =>
  clientEpsilon === undefined ? null : clientPrivacyOf(clientEpsilon, clients);

/** Of every such federation. */
export const adapterOf = ({ defaultTargets }: OpenModel): AdapterConfig => ({
  rank: RANK,
  alpha: ALPHA,
  dropout: 0,
  targetModules: [...defaultTargets],
});

/** How its clients train. */
export function trainingOf({ epsilon, batchSize, learningRate }: LeakSettings, { model }: OpenModel): TrainingConfig {
  const privacy = epsilon === null ? {} : { privacy: { epsilon, clip: CLIP } };
  return { ...defaultTraining(model.family), batchSize, learningRate, maxTokens: MAX_TOKENS, ...privacy };
}
