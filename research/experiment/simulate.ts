/**
 * One federation in this thread: a simulated coordinator and its clients, round by round. Everything random comes from the run's seed, so
 * that methods are compared on the same rows, splits and initial adapters.
 */
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, travelling } from "@duet/lora-core/adapters/adapterLayout";
import { adapterOfRank } from "@duet/lora-core/adapters/adapterRank";
import type { Ranks } from "@duet/lora-core/adapters/ranks";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { lateRefusal, ranksRefusal } from "@duet/lora-core/federation/choiceRefusals";
import { CHOICE_SENTENCES } from "@duet/lora-core/federation/choiceSentences";
import { clientPrivacyOf, DEFAULT_UPLOAD, defaultAdapter, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { mixed } from "@duet/lora-core/fusion/mix";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { say } from "@duet/lora-core/sayings/saying";
import { fusingRound, isFederated, type Stage } from "@duet/lora-core/schedule/roundNumbers";
import { trainingsOf } from "@duet/lora-core/strategies/planFacts";
import { servePersonal } from "@duet/lora-core/strategies/plans";
import { forRanks } from "@duet/lora-core/strategies/productMean";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets, RoundPlan } from "@duet/lora-core/strategies/strategy";
import { trainingsIn } from "@duet/lora-core/strategies/trainings";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { Budget } from "@duet/lora-core/training/trainingConfig";
import type { LanguageModel, TaskModel } from "@duet/lora-engine/models/languageModel";
import { stepsOf } from "@duet/lora-engine/training/batches";
import type { Client } from "@duet/lora-engine/training/client";
import { bestRound } from "./bestRound.ts";
import { budgetsOf, fusionEvaluations, matchedBudgets, stepsOfFusion } from "./budget.ts";
import type { ExperimentData } from "./clientData.ts";
import { learningRateOf, methodNamed, startsMixed } from "./methodVariants.ts";
import { clientEnd, type Rehearsed, type RoundEnd, rehearsed } from "./rehearsal.ts";
import { RoundedSums } from "./roundedSums.ts";
import { resultOf } from "./runResult.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { scoresOf } from "./scores.ts";
import { openMeter, type SimulatedClient, simulatedClients, takeTurn } from "./simulatedClient.ts";
import { SimulatedCoordinator } from "./simulatedCoordinator.ts";
import { mean } from "./statistics/interval.ts";
import { trainingOnFusionRows } from "./trainingOnFusionRows.ts";
import { mixedStart } from "./trials/mixedStart.ts";

/** That a sum has to have room for: a federation's by default. */
const MAX_CLIENTS = 20;
const DEVICE = { backend: "wasm", threads: 1, reason: "An experiment.", description: "Node.js" } as const;

export interface SimulationOptions {
  readonly settings: RunSettings;
  readonly data: ExperimentData;
  readonly model: LanguageModel;
  readonly defaultTargets: readonly string[];
  readonly smallTargets: readonly string[];
  /** D of the model's embeddings, for label prototypes. */
  readonly embeddingWidth?: number | null;
  /** Called after every client's round with the share of the work that is done. */
  readonly onProgress: (share: number) => void | Promise<void>;
}

/** What a client has begun: from what it was handed out, and when it is done, in steps of the fastest. */
interface BegunTurn {
  readonly round: number;
  readonly plan: RoundPlan;
  readonly received: Uint8Array | null;
  readonly endsAt: number;
}

/** For which an answer is taken after its own where it may be late. */
const LATE_ROUNDS = 4;

/** Runs a federation to its end. The model stays the caller's. @throws {RangeError} when the method cannot do it. */
export async function simulate(options: SimulationOptions): Promise<RunResult> {
  const startedAt = performance.now();
  const simulation = await createSimulation(options);
  try {
    await simulation.run();
    return await simulation.result((performance.now() - startedAt) / 1000);
  } finally {
    simulation.dispose();
  }
}

/** The caller disposes it. */
export async function createSimulation(options: SimulationOptions): Promise<Simulation> {
  return new Simulation(options, await options.model.prepare(options.data.task));
}

export class Simulation {
  /** They change while it runs. */
  readonly clients: readonly SimulatedClient[];
  readonly #options: SimulationOptions;
  readonly #taskModel: TaskModel;
  readonly #budgets: Budgets;
  readonly #trainings: readonly Budget[];
  readonly #coordinator: SimulatedCoordinator;
  /** The federation's. */
  readonly #rank: number;
  readonly #ends: RoundEnd[] = [];
  /** Bytes, both ways and by everybody, by the round they were sent until. */
  readonly #sentUntil = new Map<number, number>();
  /** Simulated time, the same way. */
  readonly #clockAt = new Map<number, number>();
  /** Fusion rows too, so that nothing may be chosen on them. */
  readonly #trainsOnAll: boolean;
  /** Fusion weights that were chosen before the last round. */
  readonly #chosen = new Map<string, FusionWeights>();
  /** What slower clients are at, by their ids, where late answers are taken. */
  readonly #begunTurns = new Map<string, BegunTurn>();
  #turns = 0;

  /** Takes the bound model over. */
  constructor(options: SimulationOptions, taskModel: TaskModel) {
    const { settings, data, model, defaultTargets, smallTargets } = options;
    const ranks = isUnlike(settings) ? settings.ranks?.how : undefined;
    const method = forRanks(methodNamed(settings.method, settings.sync), ranks);
    const family = defaultTraining(model.family, settings.devices);
    const { batchSize } = settings.devices ? family : settings;
    const { learningRate: common = family.learningRate, privacy } = settings;
    const learningRate = learningRateOf(settings.method) ?? common;
    const maxTokens = data.maxTokens ?? family.maxTokens;
    const falling = settings.decay ? { decay: "cosine" as const } : {};
    const training = { ...family, batchSize, learningRate, maxTokens, ...falling, ...(privacy ? { privacy } : {}) };
    const usual = defaultAdapter({ defaultTargets, smallTargets }, settings.devices);
    const rank = Math.max(...(settings.ranks?.of ?? [usual.rank]));
    const adapter = { ...adapterOfRank(usual, rank), ...prototypesOf(options) };
    this.#rank = rank;
    this.#options = options;
    this.#taskModel = taskModel;
    this.clients = simulatedClients({ settings, data, model, taskModel, adapter, training });
    this.#trainsOnAll = settings.rules === "fair" && fusionEvaluations(method, settings.rounds) === 0;
    if (this.#trainsOnAll && privacy) throw new RangeError("With privacy, rows of the search are not counted as trained on");
    if (this.#trainsOnAll) for (const member of this.clients) trainOnFusionRows(member);
    this.#budgets = budgetsFor(method, settings, this.clients);
    assertCanRank(settings, this.#budgets, ranks);
    assertCanBeLate(settings, this.#budgets, ranks);
    this.#trainings = trainingsOf(method, this.#budgets);
    const { clientPrivacy = null, sumBits, upload = AS_THEY_ARE, seed } = settings;
    const range = { adapter, budgets: this.#budgets, training, upload: DEFAULT_UPLOAD, maxClients: MAX_CLIENTS };
    this.#coordinator = new SimulatedCoordinator({
      method,
      // Nobody can judge an update that nobody sees.
      robustness: clientPrivacy || sumBits ? ROBUSTNESS.none : ROBUSTNESS.clip,
      coding: upload,
      budgets: this.#budgets,
      layout: travelling(adapterLayout(model.linears, adapter)),
      rank: adapter.rank,
      ranks,
      seed,
      clients: this.clients.length,
      training,
      fallsLast: settings.decay === "last",
      isBySpeed: settings.work === "bySpeed",
      ...(settings.work === "late" ? { lateRounds: LATE_ROUNDS } : {}),
      sums: sumBits ? new RoundedSums(method, range, sumBits, seed) : null,
      clientPrivacy: clientPrivacy && clientPrivacyOf(clientPrivacy.epsilon, this.clients.length),
    });
  }

  async run(): Promise<void> {
    const { seed, rounds, dropClients, fusionRows } = this.#options.settings;
    const dropped = random(seed, "dropped");
    for (const simulated of this.clients) await openMeter(simulated, this.#trainings, seed);
    for (const { id, data, client } of this.clients) {
      const { train, fusion, test } = client.examples;
      const samples = { train: train.length, fusion: fusion.length, test: test.length };
      const { rank } = client.setup.adapter;
      const own = rank < this.#rank ? { rank } : {};
      this.#coordinator.join(id, { name: data.name, device: DEVICE, samples, identity: null, figures: "everybody", ...own });
    }
    for (let open = this.#coordinator.open; open; open = this.#coordinator.open) {
      const { round, stage } = open;
      // Somebody always answers, and everybody measures in the end.
      const here = this.clients.filter(
        (simulated, i) =>
          !this.#isSkipped(simulated, stage) &&
          (stage === "fusing" || i === round % this.clients.length || dropped() >= dropClients),
      );
      const inTime = stage === "federated" ? await this.#lateOnes(here, round) : here;
      const answering = inTime.toSorted((a, b) => this.#timeOf(a, round) - this.#timeOf(b, round));
      for (const simulated of answering) await this.#turn(simulated, round);
      if (inTime.length < this.clients.length && this.#coordinator.open?.round === round) this.#coordinator.closeRound();
      const sent = this.clients.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0);
      this.#sentUntil.set(round, sent);
      this.#clockAt.set(round, this.#coordinator.clock);
      if (!isFederated(round, rounds) || round >= rounds) continue;
      const isChoosing = round === rounds - 1 && fusionRows?.thenTrained;
      await this.#judge(round, async (one) => (isChoosing ? this.#choose(one) : (await this.#rehearse(one)).served));
    }
    if (!this.#coordinator.isFinished) throw new Error("The simulated federation did not finish");
  }

  async result(seconds: number): Promise<RunResult> {
    const { settings, model } = this.#options;
    await this.#judge(settings.rounds, async ({ client }) => servedAdapter(client));
    const scores = await scoresOf(model, this.clients);
    const { history } = this.#coordinator;
    const innerSteps = this.#budgets.inner.amount;
    const looksAt = { ends: this.#ends, bestRound: this.#trainsOnAll ? undefined : bestRound(this.#ends) };
    return resultOf({ settings, clients: this.clients, history, ...looksAt, scores, seconds, innerSteps });
  }

  dispose(): void {
    this.#taskModel.dispose();
  }

  /** One client's work in the open round. */
  #turn(simulated: SimulatedClient, round: number): Promise<void> {
    return this.#work(simulated, this.#begun(simulated, round, 0), this.#timeOf(simulated, round));
  }

  /** What a client does from so many steps after the opening of the open round on. */
  #begun(simulated: SimulatedClient, round: number, after: number): BegunTurn {
    const plan = this.#coordinator.planFor(simulated.id, round);
    const endsAt = this.#coordinator.openedAt + after + this.#timeOf(simulated, round);
    return { round, plan, received: this.#coordinator.sentTo(simulated.id, plan), endsAt };
  }

  /**
   * Where nobody waits for slower clients: goes on with what each of them is at, as long as that is taken, gives what is done before the others are, and
   * says who they are. Nothing is computed before it is known that it is given: nobody sees what a client does meanwhile.
   */
  async #lateOnes(here: readonly SimulatedClient[], round: number): Promise<readonly SimulatedClient[]> {
    if (this.#options.settings.work !== "late") return here;
    const slower = here.filter((simulated) => this.#isSlower(simulated));
    const inTime = here.filter((simulated) => !slower.includes(simulated));
    const openedAt = this.#coordinator.openedAt;
    const lasts = Math.max(0, ...inTime.map((simulated) => this.#timeOf(simulated, round)));
    for (const simulated of slower) {
      const { id } = simulated;
      let turn = this.#begunTurns.get(id);
      if (!turn || !this.#coordinator.stillTakes(id, turn.round)) turn = this.#begun(simulated, round, 0);
      this.#begunTurns.set(id, turn);
      while (turn.endsAt <= openedAt + lasts) {
        await this.#work(simulated, turn, turn.endsAt - openedAt);
        this.#begunTurns.delete(id);
        // Who is done as the round ends begins the next one.
        if (turn.round === round || turn.endsAt === openedAt + lasts) break;
        turn = this.#begun(simulated, round, turn.endsAt - openedAt);
        this.#begunTurns.set(id, turn);
      }
    }
    return inTime;
  }

  /** Trains what was begun, and gives it so many steps after the opening of the open round. */
  async #work(simulated: SimulatedClient, { round, plan, received }: BegunTurn, after: number): Promise<void> {
    const chosen = plan.serve && this.#chosen.get(simulated.id);
    const followed = chosen ? { ...plan, serve: servePersonal } : plan;
    const start = await this.#startOf(simulated, round, received);
    const { upload, metrics } = await takeTurn(simulated, { round, plan: followed, received: start });
    if (chosen) simulated.client = servingMix(simulated.client, chosen);
    if (upload) simulated.bytesUp += this.#coordinator.bytesOf(round, upload) - upload.byteLength;
    this.#turns += 1;
    await this.#options.onProgress(this.#turns / (this.clients.length * this.#coordinator.rounds));
    this.#coordinator.submit(simulated.id, round, upload, metrics, after);
  }

  /** What a client starts the round from, given what came. */
  async #startOf({ client }: SimulatedClient, round: number, received: Uint8Array | null): Promise<Uint8Array | null> {
    const { method, rounds } = this.#options.settings;
    if (!received || !startsMixed(method) || client.lastRound === null || !isFederated(round, rounds)) return received;
    return mixedStart(client, received);
  }

  /** How long a client trains in the open round, in steps of the fastest: what is measured, searched and sent takes no time here. */
  #timeOf(simulated: SimulatedClient, round: number): number {
    const { setup, examples } = simulated.client;
    const { steps } = this.#coordinator.planFor(simulated.id, round);
    const trained = trainingsIn(steps).map(({ budget }) => stepsOf(budget, examples.train.length, setup.training));
    return this.#speedOf(simulated) * trained.reduce((sum, count) => sum + count, 0);
  }

  #speedOf(simulated: SimulatedClient): number {
    const { speeds = [1] } = this.#options.settings;
    return speeds[this.clients.indexOf(simulated) % speeds.length] ?? 1;
  }

  /** Left out, as by a deadline that the middle one just meets. */
  #isSkipped(simulated: SimulatedClient, stage: Stage): boolean {
    return this.#options.settings.work === "skipped" && stage === "federated" && this.#isSlower(simulated);
  }

  #isSlower(simulated: SimulatedClient): boolean {
    const sorted = this.clients.map((client) => this.#speedOf(client)).toSorted((a, b) => a - b);
    return this.#speedOf(simulated) > (sorted[Math.floor((sorted.length - 1) / 2)] ?? 1);
  }

  /** How good what everybody serves is; before the end, what everybody would serve. */
  async #judge(round: number, servedBy: (simulated: SimulatedClient) => Promise<NamedTensors>): Promise<void> {
    const clients = [];
    for (const simulated of this.clients) {
      clients.push(await clientEnd(this.#options.model, simulated, await servedBy(simulated)));
    }
    this.#ends.push({ round, bytes: this.#sentUntil.get(round) ?? 0, clock: this.#clockAt.get(round) ?? 0, clients });
  }

  /** The last round as it would be now, for one client. */
  #rehearse({ id, client, meter }: SimulatedClient): Promise<Rehearsed> {
    const round = fusingRound(this.#options.settings.rounds);
    const plan = this.#coordinator.planOf(round);
    return rehearsed(client, { round, plan, received: this.#coordinator.sentTo(id, plan) }, meter);
  }

  /** Takes the weights of a rehearsed last round for good, and trains on the rows that they were chosen on from then on. */
  async #choose(simulated: SimulatedClient): Promise<NamedTensors> {
    const { served, weights } = await this.#rehearse(simulated);
    if (!weights) throw new RangeError("Fusion rows are trained on where weights were chosen on them; this method chooses none");
    this.#chosen.set(simulated.id, weights);
    trainOnFusionRows(simulated);
    return served;
  }
}

function trainOnFusionRows(simulated: SimulatedClient): void {
  simulated.client = { ...simulated.client, examples: trainingOnFusionRows(simulated.client.examples) };
}

const isUnlike = ({ ranks }: RunSettings) => ranks?.of.some((rank) => rank !== ranks.of[0]) ?? false;

/** @throws {RangeError} where the method cannot bring unlike ranks together so. */
function assertCanRank(settings: RunSettings, budgets: Budgets, ranks: Ranks | undefined): void {
  if (!ranks) return;
  if (settings.sumBits || settings.clientPrivacy) throw new RangeError("Sums of unlike ranks are not simulated");
  const method = methodNamed(settings.method, settings.sync);
  const refusal = ranksRefusal(method, budgets, {
    ...{ ranks, aggregation: "plain", initialAdapter: null, robustness: ROBUSTNESS.clip },
    upload: settings.upload ?? AS_THEY_ARE,
    work: settings.work === "bySpeed" ? settings.work : undefined,
  });
  if (refusal) throw new RangeError(say(CHOICE_SENTENCES, refusal));
}

/** @throws {RangeError} where nothing of the method can come late. */
function assertCanBeLate(
  { work, method, sync, sumBits, clientPrivacy }: RunSettings,
  budgets: Budgets,
  ranks: Ranks | undefined,
): void {
  if (work !== "late") return;
  const aggregation = sumBits || clientPrivacy ? ("secure" as const) : ("plain" as const);
  const chosen = { late: { rounds: LATE_ROUNDS }, aggregation, robustness: ROBUSTNESS.none, ranks };
  const refusal = lateRefusal(methodNamed(method, sync), budgets, chosen);
  if (refusal) throw new RangeError(say(CHOICE_SENTENCES, refusal));
}

/** The settings as the product's budgets. */
function budgetsFor(method: Method, settings: RunSettings, clients: readonly SimulatedClient[]): Budgets {
  const { steps, budget, local, inner, rounds, batchSize, rules } = settings;
  if (inner !== null) return budgetsOf(local, inner, rounds);
  const fusionRows = Math.max(...clients.map(({ client }) => client.examples.fusion.length));
  const fusion = stepsOfFusion(fusionEvaluations(method, rounds), fusionRows, batchSize, rules === "fair" ? 2 : 3);
  const tokensOfRow = mean(clients.flatMap(({ client }) => client.examples.train.map(({ tokens }) => tokens.length)));
  const all = budget === null ? steps : Math.floor(budget / (batchSize * tokensOfRow));
  return matchedBudgets(method, { steps: all, local, rounds, fusion });
}

/** @throws {RangeError} when labels are no vectors on this base. */
function prototypesOf({ settings, data, embeddingWidth: width }: SimulationOptions): Pick<AdapterConfig, "prototypes"> {
  if (!settings.prototypes) return {};
  if (data.task.kind !== "label" || !width) throw new RangeError("Label prototypes are of tasks with labels on an encoder");
  return { prototypes: { ...settings.prototypes, labels: data.task.labels.length, width } };
}

/** Factors are mixed, as by the default's search. */
function servingMix(client: Client, weights: FusionWeights): Client {
  const { personal, shared } = client.held;
  return { ...client, served: mixed(personal, shared, { kind: "factor", weights: [weights] }) };
}

function servedAdapter({ served }: Client): NamedTensors {
  if (!served) throw new Error("A client ended without serving an adapter");
  return served;
}
