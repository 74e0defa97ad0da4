/**
 * One federation in this thread: the product's round machine, strategies and training, with function calls in place of the wire.
 * Everything random comes from the run's seed, so that methods are compared on the same rows, splits and initial adapters.
 */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { LanguageModel } from "@duet/lora-core/models/languageModel";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { AggregateInput, RoundCommand, RoundEvent } from "@duet/lora-core/rounds/roundEvents";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState, openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import type { RoundPlan, ServerState } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { uploadAdapter } from "@duet/lora-core/training/deviceAdapter";
import { evaluationOf, scoreExamples } from "@duet/lora-core/training/evaluateAdapter";
import { prepareClient } from "@duet/lora-core/training/prepareClient";
import { RoundReport } from "@duet/lora-core/training/roundReport";
import { createRunControl } from "@duet/lora-core/training/runControl";
import { type Client, runRound } from "@duet/lora-core/training/runRound";
import { matchedBudgets, stepsOfFusion } from "./budget.ts";
import type { ExperimentData } from "./experimentData.ts";
import { withLabelNoise } from "./labelNoise.ts";
import { methodNamed } from "./methodVariants.ts";
import { resultOf, type SimulatedClient, type SimulatedRound } from "./runResult.ts";
import type { RunResult, RunSettings } from "./runs.ts";

const RANK = 8;
const ALPHA = 16;
/** Rows of other clients that a served adapter is tried on. */
const CROSS_ROWS = 96;
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

async function createSimulation({ settings, data, model, defaultTargets, onProgress }: SimulationOptions) {
  const { seed, rounds, steps, local, batchSize, dropClients } = settings;
  const { method, fusionEvaluations } = methodNamed(settings.method);
  const training = { ...defaultTraining(model.family), batchSize };
  const adapter = { rank: RANK, alpha: ALPHA, dropout: 0, targetModules: [...defaultTargets] };
  const layout = adapterLayout(model.linears, adapter);
  const taskModel = await model.prepare(data.task);
  const clients = data.clients.map(({ name, rows }, index): SimulatedClient => {
    const split = withLabelNoise(splitRows(rows, { seed }), data.task.labels, settings.labelNoise, seed + index);
    const clientSeed = Math.floor(random(seed, "client", index)() * 2 ** 31);
    return {
      id: `client-${index + 1}`,
      name,
      client: prepareClient(taskModel, model.linears, { task: data.task, adapter, training, seed, clientSeed }, split),
      metrics: [],
      bytesUp: 0,
      bytesDown: 0,
    };
  });
  const fusionRows = Math.max(...clients.map(({ client }) => client.examples.fusion.length));
  const budgets = matchedBudgets(method, {
    steps,
    local,
    rounds,
    fusion: fusionEvaluations === 0 ? 0 : stepsOfFusion(fusionEvaluations, fusionRows, training.batchSize),
  });
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

  function apply(event: Happening): readonly RoundCommand[] {
    at += 1;
    const next = transition(state, { ...event, at });
    state = next.state;
    return next.commands;
  }

  /** One client's work in the open round. */
  async function takeTurn(member: SimulatedClient, round: number, plan: RoundPlan): Promise<readonly RoundCommand[]> {
    const down = plan.receive && sentDown(method.download(server, member.id), plan.receive);
    const received = down && encodeAdapter(down, layoutOf(down));
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

  return {
    async run(): Promise<void> {
      for (const { id, name, client } of clients) {
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
      }
      if (state.phase.kind !== "ended" || state.phase.how !== "finished")
        throw new Error("The simulated federation did not finish");
    },

    async result(seconds: number): Promise<RunResult> {
      const crossClient = await Promise.all(clients.map((member) => crossAccuracy(member, clients)));
      return resultOf({ settings, clients, history, crossClient, seconds, innerSteps: budgets.inner.amount, fusionEvaluations });
    },

    dispose: () => taskModel.dispose(),
  };
}

/** Accuracy of a client's served adapter on rows of the others, its own test rows where it is alone. */
async function crossAccuracy(member: SimulatedClient, clients: readonly SimulatedClient[]): Promise<number> {
  const { client } = member;
  const others = clients.length === 1 ? clients : clients.filter(({ id }) => id !== member.id);
  const rows = others.flatMap((other) => other.client.examples.test.slice(0, Math.ceil(CROSS_ROWS / others.length)));
  const served = servedAdapter(client);
  const adapter = uploadAdapter(served, { scale: adapterScale(client.setup.adapter), trainable: false });
  try {
    const scored = await scoreExamples(client.model, rows, adapter, async () => {});
    const { task } = client.setup;
    return evaluationOf(scored, rows, task.kind === "label" ? task.labels.length : 0).accuracy ?? 0;
  } finally {
    adapter.dispose();
  }
}

function servedAdapter({ served }: Client): NamedTensors {
  if (!served) throw new Error("A client ended without serving an adapter");
  return served;
}
