/**
 * One federation in this thread: the product's round machine, strategies and training, with function calls in place of the wire.
 * Everything random comes from the run's seed, so that methods are compared on the same rows, splits and initial adapters.
 */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { AggregateInput, RoundCommand, RoundEvent } from "@duet/lora-core/rounds/roundEvents";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState, openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { fusingRound, isFederated } from "@duet/lora-core/schedule/roundNumbers";
import { aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets, RoundPlan, ServerState } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { LanguageModel } from "@duet/lora-engine/models/languageModel";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { RoundReport } from "@duet/lora-engine/training/roundReport";
import { createRunControl } from "@duet/lora-engine/training/runControl";
import { type Client, runRound } from "@duet/lora-engine/training/runRound";
import { budgetsOf, fusionEvaluations, matchedBudgets, stepsOfFusion } from "./budget.ts";
import type { ExperimentData } from "./clientData.ts";
import { withLabelNoise } from "./labelNoise.ts";
import { methodNamed } from "./methodVariants.ts";
import { type ClientEnd, clientEnd, type RoundEnd, rehearsed } from "./rehearsal.ts";
import { resultOf, type SimulatedRound } from "./runResult.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { scoresOf } from "./scores.ts";
import type { SimulatedClient } from "./simulatedClient.ts";
import { mean } from "./statistics.ts";

const RANK = 8;
const ALPHA = 16;
const DEVICE = { backend: "wasm", threads: 1, reason: "An experiment.", description: "Node.js" } as const;
/** No deadline is ever reached: a simulated client always answers, or is left out on purpose. */
const LONG_MS = 1e12;

/** An event without its instant, which is a counter here. */
type Happening = RoundEvent extends infer Event ? (Event extends RoundEvent ? Omit<Event, "at"> : never) : never;

export interface SimulationOptions {
  readonly settings: RunSettings;
  readonly data: ExperimentData;
  readonly model: LanguageModel;
  readonly defaultTargets: readonly string[];
  /** Called after every client's round with the share of the work that is done. */
  readonly onProgress: (share: number) => void;
}

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

/** The caller disposes it. `clients` change while it runs. */
export async function createSimulation({ settings, data, model, defaultTargets, onProgress }: SimulationOptions) {
  const { seed, batchSize, dropClients } = settings;
  const method = methodNamed(settings.method, settings.sync);
  const family = defaultTraining(model.family);
  const training = { ...family, batchSize, maxTokens: data.maxTokens ?? family.maxTokens };
  const adapter = { rank: RANK, alpha: ALPHA, dropout: 0, targetModules: [...defaultTargets] };
  const layout = adapterLayout(model.linears, adapter);
  const taskModel = await model.prepare(data.task);
  const clients = data.clients.map((own, index): SimulatedClient => {
    const split = withLabelNoise(own.split, answersOf(data), settings.labelNoise, seed + index);
    const clientSeed = Math.floor(random(seed, "client", index)() * 2 ** 31);
    return {
      id: `client-${index + 1}`,
      data: own,
      client: prepareClient(taskModel, model.linears, { task: data.task, adapter, training, seed, clientSeed }, split),
      metrics: [],
      bytesUp: 0,
      bytesDown: 0,
    };
  });
  const { rounds } = settings;
  const budgets = budgetsFor(method, settings, clients);
  const schedule = scheduleOf(method, budgets);
  const planOf = (round: number) => method.plan(budgets, { round, isNewcomer: false });
  const policy = { schedule, minClients: clients.length, roundDeadlineMs: LONG_MS, reconnectGraceMs: LONG_MS, waitMs: LONG_MS };
  const dropped = random(seed, "dropped");

  let server: ServerState = method.init(initialAdapter(layout, seed));
  let state: RoundState = initialRoundState(policy, 0);
  let at = 0;
  let done = 0;
  const contributions = new Map<string, NamedTensors>();
  const history: SimulatedRound[] = [];
  const ends: RoundEnd[] = [];
  /** Bytes, both ways and by everybody, by the round they were sent until. */
  const sentUntil = new Map<number, number>();

  function apply(event: Happening): readonly RoundCommand[] {
    at += 1;
    const next = transition(state, { ...event, at });
    state = next.state;
    return next.commands;
  }

  /** What the coordinator has for a client. */
  function sentTo({ id }: SimulatedClient, { receive }: RoundPlan): Uint8Array | null {
    const down = receive && sentDown(method.download(server, id), receive);
    return down && encodeAdapter(down, layoutOf(down));
  }

  /** One client's work in the open round. */
  async function takeTurn(member: SimulatedClient, round: number, plan: RoundPlan): Promise<readonly RoundCommand[]> {
    const received = sentTo(member, plan);
    const report = new RoundReport(round, () => {});
    const outcome = await runRound(member.client, { round, plan, received }, report, createRunControl());
    const metrics: RoundMetrics = report.metrics();
    member.client = { ...member.client, held: outcome.held, served: outcome.served, lastRound: round };
    member.metrics.push({ round, metrics });
    member.bytesDown += received?.byteLength ?? 0;
    member.bytesUp += outcome.upload?.byteLength ?? 0;
    const artifact = outcome.upload && plan.upload ? `${round}-${member.id}` : null;
    if (artifact && outcome.upload && plan.upload) {
      contributions.set(artifact, decodeAdapter(outcome.upload, uploadLayout(layout, plan.upload)));
    }
    done += 1;
    onProgress(done / (clients.length * schedule.length));
    const bytes = outcome.upload?.byteLength ?? 0;
    return apply({ type: "submitted", clientId: member.id, round, artifact, bytes, metrics });
  }

  /** What the coordinator does when a round is complete. */
  function aggregate(round: number, inputs: readonly AggregateInput[]): void {
    const given = inputs.map(({ clientId, artifact, sampleCount }) => {
      const tensors = contributions.get(artifact);
      if (!tensors) throw new RangeError(`There is no contribution ${artifact}`);
      return { clientId, sampleCount, tensors };
    });
    const before = server;
    server = method.aggregate(server, given, round);
    contributions.clear();
    const found = aggregationError({ method, plan: planOf(round), rank: RANK, before, contributions: given, after: server });
    history.push({ round, aggregationError: found?.overall ?? null });
    apply({ type: "aggregated", round, error: found?.overall ?? null, moduleErrors: [] });
  }

  /** How good what everybody serves is; before the end, what everybody would serve. */
  async function judge(round: number, servedBy: (member: SimulatedClient) => Promise<NamedTensors>): Promise<void> {
    const judged: ClientEnd[] = [];
    for (const member of clients) judged.push(await clientEnd(model, member, await servedBy(member)));
    ends.push({ round, bytes: sentUntil.get(round) ?? 0, clients: judged });
  }

  /** The last round as it would be now, for one client. */
  function rehearse(member: SimulatedClient): Promise<NamedTensors> {
    const round = fusingRound(rounds);
    const plan = planOf(round);
    return rehearsed(member.client, { round, plan, received: sentTo(member, plan) });
  }

  return {
    clients,

    async run(): Promise<void> {
      for (const {
        id,
        data: { name },
        client,
      } of clients) {
        const { train, fusion, test } = client.examples;
        const samples = { train: train.length, fusion: fusion.length, test: test.length };
        apply({ type: "clientJoined", clientId: id, introduction: { name, device: DEVICE, samples } });
      }
      for (let open = openRoundOf(state); open && state.endedAt === null; open = openRoundOf(state)) {
        const { round, stage } = specOf(state, open);
        const commands: RoundCommand[] = [];
        // Somebody always answers, and everybody measures in the end.
        const here = clients.filter((_, i) => stage === "fusing" || i === round % clients.length || dropped() >= dropClients);
        for (const member of here) commands.push(...(await takeTurn(member, round, planOf(round))));
        if (here.length < clients.length) commands.push(...apply({ type: "roundClosed" }));
        for (const command of commands) if (command.type === "aggregate") aggregate(command.round, command.inputs);
        sentUntil.set(
          round,
          clients.reduce((sum, member) => sum + member.bytesUp + member.bytesDown, 0),
        );
        if (isFederated(round, rounds) && round < rounds) await judge(round, rehearse);
      }
      if (state.phase.kind !== "ended" || state.phase.how !== "finished")
        throw new Error("The simulated federation did not finish");
    },

    async result(seconds: number): Promise<RunResult> {
      await judge(rounds, async ({ client }) => servedAdapter(client));
      const scores = await scoresOf(model, clients);
      const innerSteps = budgets.inner.amount;
      return resultOf({ settings, clients, history, ends, scores, seconds, innerSteps });
    },

    dispose: () => taskModel.dispose(),
  };
}

/** The settings as the product's budgets. */
function budgetsFor(method: Method, settings: RunSettings, clients: readonly SimulatedClient[]): Budgets {
  const { steps, budget, local, inner, rounds, batchSize } = settings;
  if (inner !== null) return budgetsOf(local, inner, rounds);
  const fusionRows = Math.max(...clients.map(({ client }) => client.examples.fusion.length));
  const fusion = stepsOfFusion(fusionEvaluations(method, rounds), fusionRows, batchSize);
  const tokensOfRow = mean(clients.flatMap(({ client }) => client.examples.train.map(({ tokens }) => tokens.length)));
  const all = budget === null ? steps : Math.floor(budget / (batchSize * tokensOfRow));
  return matchedBudgets(method, { steps: all, local, rounds, fusion });
}

/** Everything a wrong answer may say. */
function answersOf({ task, clients }: ExperimentData): readonly string[] {
  if (task.kind === "label") return task.labels;
  return [...new Set(clients.flatMap(({ split }) => split.train.map(({ answer }) => answer)))];
}

function servedAdapter({ served }: Client): NamedTensors {
  if (!served) throw new Error("A client ended without serving an adapter");
  return served;
}
