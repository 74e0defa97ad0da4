/** A simulated federation on the built-in medical terms, some of whose clients attack. Everything random comes from the run's seed. */
import { readFile } from "node:fs/promises";
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { type AdapterLayout, adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { defaultTraining, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { medicalCorpus } from "@duet/lora-core/scenarios/medical/medicalCorpus";
import { medicalScenario } from "@duet/lora-core/scenarios/medical/medicalScenario";
import type { Scenario } from "@duet/lora-core/scenarios/scenario";
import { uploadLayout } from "@duet/lora-core/strategies/exchange";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import { random } from "@duet/lora-core/tensors/random";
import type { LanguageModel, TaskModel } from "@duet/lora-engine/models/languageModel";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { budgetsOf } from "../experiment/budget.ts";
import type { OpenModel } from "../experiment/openModel.ts";
import { servedAccuracy } from "../experiment/servedAccuracy.ts";
import { type SimulatedClient, takeTurn } from "../experiment/simulatedClient.ts";
import { SimulatedCoordinator } from "../experiment/simulatedCoordinator.ts";
import { mean } from "../experiment/statistics/interval.ts";
import { type Attack, attacks } from "./attacks.ts";
import { defences } from "./defences.ts";
import type { PoisonResult, PoisonSettings } from "./poisonRun.ts";

const RANK = 8;
const ALPHA = 16;
const DEVICE = { backend: "wasm", threads: 1, reason: "An experiment.", description: "Node.js" } as const;
/** Longer terms are cut: half the time for nearly the same accuracy. */
const MAX_TOKENS = 16;
/** Test rows that a client measures itself on in each round; the result is measured on all of them, once. */
const ROUND_TEST_ROWS = 2;

interface Member {
  readonly simulated: SimulatedClient;
  /** Null for an honest client. */
  readonly attack: Attack | null;
}

/** What the clients of a federation need; the models stay the caller's. */
interface Bench {
  readonly settings: PoisonSettings;
  readonly scenario: Scenario;
  readonly model: LanguageModel;
  readonly taskModel: TaskModel;
  readonly adapter: AdapterConfig;
}

/** Runs one to its end. The model stays the caller's. */
export async function attackedFederation(settings: PoisonSettings, { model, defaultTargets }: OpenModel): Promise<PoisonResult> {
  const startedAt = performance.now();
  const scenario = await medicalTerms(settings);
  const taskModel = await model.prepare(scenario.task);
  try {
    const adapter = { rank: RANK, alpha: ALPHA, dropout: 0, targetModules: [...defaultTargets] };
    const layout = adapterLayout(model.linears, adapter);
    const members = membersOf({ settings, scenario, model, taskModel, adapter });
    const coordinator = coordinatorOf(settings, layout);
    await run(settings, members, coordinator, layout);
    const honest = members.flatMap(({ simulated, attack }) => (attack ? [] : [simulated]));
    const accuracy = mean(await Promise.all(honest.map((client) => accuracyOf(client, model))));
    const seconds = (performance.now() - startedAt) / 1000;
    return { settings, accuracy, honest: extremesOf(coordinator, honest), seconds };
  } finally {
    taskModel.dispose();
  }
}

async function medicalTerms({ clients, seed, rows }: PoisonSettings): Promise<Scenario> {
  const text = await readFile(".cache/samples/medical.json", "utf8").catch(() => {
    throw new Error("The sample data is missing; npm run build makes it.");
  });
  return medicalScenario(medicalCorpus.parse(JSON.parse(text)), { clients, seed, rowsPerClient: rows });
}

function membersOf({ settings, scenario, model, taskModel, adapter }: Bench): readonly Member[] {
  const { task } = scenario;
  const { seed, batchSize, clients, attackers } = settings;
  const training = { ...defaultTraining(model.family), batchSize, maxTokens: MAX_TOKENS };
  const labels = task.kind === "label" ? task.labels : [];
  return scenario.clients.map(({ name, rows }, index): Member => {
    const attack = index < clients - attackers ? null : attacks[settings.attack];
    const split = splitRows(rows, { seed });
    const seen = { ...split, train: attack?.relabel(split.train, labels) ?? split.train };
    const clientSeed = Math.floor(random(seed, "client", index)() * 2 ** 31);
    const setup = { task, adapter, training, seed, clientSeed };
    const client = prepareClient(taskModel, model.linears, setup, { ...seen, test: seen.test.slice(0, ROUND_TEST_ROWS) });
    const data = { name, split, unseen: [] };
    return { simulated: { id: `client-${index + 1}`, data, client, meter: null, metrics: [], bytesUp: 0, bytesDown: 0 }, attack };
  });
}

function coordinatorOf({ method, defence, steps, rounds, seed, clients }: PoisonSettings, layout: AdapterLayout) {
  const [id = "", preset] = method.split(":");
  const protectedMethod = methodOf(presetOf(id, preset));
  const robustness = defences[defence];
  const refusal = protectedMethod.robustnessRefusal(robustness);
  if (refusal) throw new RangeError(refusal);
  const budgets = budgetsOf(steps, steps, rounds);
  const coding = AS_THEY_ARE;
  const common = { coding, budgets, layout, rank: RANK, seed, clients, clientPrivacy: null, sums: null };
  const paced = { training: { warmupSteps: 0 }, isBySpeed: false };
  return new SimulatedCoordinator({ method: protectedMethod, robustness, ...common, ...paced });
}

async function run(
  { seed }: PoisonSettings,
  members: readonly Member[],
  coordinator: SimulatedCoordinator,
  layout: AdapterLayout,
): Promise<void> {
  for (const { simulated, attack } of members) {
    const { train, fusion, test } = simulated.client.examples;
    const samples = { train: (attack?.rows ?? 1) * train.length, fusion: fusion.length, test: test.length };
    coordinator.join(simulated.id, { name: simulated.data.name, device: DEVICE, samples, identity: null, figures: "everybody" });
  }
  for (let open = coordinator.open; open; open = coordinator.open) {
    const { round, stage } = open;
    const plan = coordinator.planOf(round);
    // An attacker has nothing to serve.
    const here = members.filter(({ attack }) => attack === null || (stage !== "fusing" && attack.spoil !== null));
    for (const member of here) {
      const { id } = member.simulated;
      const { upload, metrics } = await takeTurn(member.simulated, { round, plan, received: coordinator.sentTo(id, plan) });
      const sent = upload && member.attack ? spoilt(member.attack, upload, { plan, layout, seed, round, id }) : upload;
      coordinator.submit(id, round, sent, metrics);
    }
    if (here.length < members.length) coordinator.closeRound();
  }
  if (!coordinator.isFinished) throw new Error("The attacked federation did not finish");
}

interface Sent {
  readonly plan: RoundPlan;
  readonly layout: AdapterLayout;
  readonly seed: number;
  readonly round: number;
  readonly id: string;
}

/** What an attacker sends in place of its upload. */
function spoilt({ spoil }: Attack, upload: Uint8Array, { plan, layout, seed, round, id }: Sent): Uint8Array {
  if (!plan.upload || !spoil) return upload;
  const wire = uploadLayout(layout, plan.upload);
  return encodeAdapter(spoil(decodeAdapter(upload, wire), random(seed, "attack", id, round)), wire);
}

async function accuracyOf({ client, data }: SimulatedClient, model: LanguageModel): Promise<number> {
  if (!client.served) throw new Error("A client ended without serving an adapter");
  return (await servedAccuracy(client, model, client.served, data.split.test)).accuracy;
}

function extremesOf({ history }: SimulatedCoordinator, honest: readonly SimulatedClient[]): PoisonResult["honest"] {
  const names = new Set(honest.map(({ id }) => id));
  const standings = history.flatMap((round) => round.standings.filter(({ clientId }) => names.has(clientId)));
  return {
    norm: Math.max(...standings.map(({ norm }) => norm ?? 0)),
    rows: Math.max(...standings.map(({ rows }) => rows ?? 0)),
    cosine: Math.min(...standings.map(({ cosine }) => cosine ?? 1)),
  };
}
