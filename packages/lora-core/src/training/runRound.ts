/**
 * Interprets one round plan on a client: receive, train, copy, measure, fuse, upload. It knows no federated method by name.
 * All work is on copies; the client's adapters change only when the whole round succeeded, so a cancelled or failed round can
 * simply be run again.
 */
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import { adapterScale } from "../adapters/adapterConfig.ts";
import type { AdapterLayout } from "../adapters/adapterLayout.ts";
import { adaFusion, fuse } from "../fusion/adaFusion.ts";
import type { FusionConfig } from "../fusion/fusionConfig.ts";
import type { Example, Scored, TaskModel } from "../models/languageModel.ts";
import type { AdapterSlot, LocalStep, RoundPlan, Serve } from "../strategies/strategy.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random, shuffled } from "../tensors/random.ts";
import { stepsOf } from "./batches.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { evaluationOf, scoreExamples } from "./evaluateAdapter.ts";
import { type Measured, type RoundReport, rate } from "./roundReport.ts";
import type { RunControl } from "./runControl.ts";
import { trainAdapter } from "./trainAdapter.ts";
import type { EngineSetup, RoundRequest } from "./trainingEngine.ts";

/** Test rows measured in every round but the last, which measures all: a seeded sample, the same in each round. */
const ROUND_TEST_ROWS = 48;

/** A client ready for rounds. */
export interface Client {
  readonly setup: EngineSetup;
  readonly layout: AdapterLayout;
  readonly model: TaskModel;
  readonly examples: {
    readonly train: readonly Example[];
    readonly fusion: readonly Example[];
    readonly test: readonly Example[];
  };
  readonly slots: Readonly<Record<AdapterSlot, NamedTensors>>;
  /** The last round it finished; null before its first. */
  readonly lastRound: number | null;
}

export interface RoundOutcome {
  readonly slots: Client["slots"];
  readonly upload: Uint8Array | null;
}

/** @throws {RangeError} on a plan that cannot be followed; {DOMException} AbortError when cancelled; {Error} on a loss that is not finite. */
export async function runRound(
  client: Client,
  request: RoundRequest,
  report: RoundReport,
  control: RunControl,
): Promise<RoundOutcome> {
  const { plan } = request;
  const received = receivedAdapter(client, request);
  const slots = { ...client.slots, ...(received ? { shared: received } : {}) };
  const measure = measurer(client, plan, report, control);

  if (plan.stage === "fusing" || client.lastRound === null) await measure("base", null);
  if (received) await measure("shared", received);
  for (const [index, step] of plan.steps.entries()) {
    if (step.kind === "copy") slots[step.to] = slots[step.from];
    else slots[step.slot] = await train(client, request.round, index, step, slots[step.slot], report, control);
  }
  if (slots.personal !== client.slots.personal || servesPersonal(plan.serve)) await measure("personal", slots.personal);
  if (plan.serve) await measure("fused", await serve(client, plan.serve, slots, report, control));

  report.progress("uploading");
  return { slots, upload: uploadOf(client, plan, received, slots) };
}

/** Whether the client ends up with its personal adapter, or a fusion of it. */
function servesPersonal(how: Serve | null): boolean {
  return how !== null && (how.kind === "fuse" || how.slot === "personal");
}

function receivedAdapter({ layout }: Client, { plan, received }: RoundRequest): NamedTensors | null {
  if (!plan.receive) return null;
  if (!received) throw new RangeError("This round starts from the coordinator's adapter, but none was received");
  return decodeAdapter(received, layout);
}

function uploadOf(
  { layout }: Client,
  { upload }: RoundPlan,
  received: NamedTensors | null,
  slots: Client["slots"],
): Uint8Array | null {
  if (!upload) return null;
  if (upload.form === "value") return encodeAdapter(slots[upload.slot], layout);
  if (!received) throw new RangeError("A difference can only be uploaded in a round that received an adapter");
  return encodeAdapter(linearCombination([1, -1], [received, slots[upload.slot]]), layout);
}

async function train(
  { setup, model, examples }: Client,
  round: number,
  stepIndex: number,
  { slot, budget }: Extract<LocalStep, { kind: "train" }>,
  start: NamedTensors,
  report: RoundReport,
  control: RunControl,
): Promise<NamedTensors> {
  const steps = stepsOf(budget, examples.train.length, setup.training);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  report.progress("training", { slot, steps });
  const outcome = await trainAdapter(model, examples.train, start, {
    steps,
    scale: adapterScale(setup.adapter),
    dropout: setup.adapter.dropout,
    config: setup.training,
    // One stream per training of a plan, whatever the slot: with one client, FDLoRA then sees the batches of local training.
    seed: Math.floor(random(setup.clientSeed, "train", round, stepIndex)() * 2 ** 31),
    beforeStep: () => control.checkIn(),
    onStep: (step, loss, tokens) =>
      report.progress("training", { slot, step, steps, loss, tokensPerSecond: rate(tokens, seconds()) }),
  });
  report.trained(outcome, seconds());
  return outcome.adapter;
}

/** The adapter the client ends up with. */
async function serve(
  client: Client,
  how: Serve,
  slots: Client["slots"],
  report: RoundReport,
  control: RunControl,
): Promise<NamedTensors> {
  switch (how.kind) {
    case "slot":
      report.fused({ personal: how.slot === "personal" ? 1 : 0, shared: how.slot === "shared" ? 1 : 0, evaluations: 0 });
      return slots[how.slot];
    case "fuse":
      return search(client, how.search, slots, report, control);
    default:
      return how satisfies never;
  }
}

async function search(
  client: Client,
  config: FusionConfig,
  { personal, shared }: Client["slots"],
  report: RoundReport,
  control: RunControl,
): Promise<NamedTensors> {
  let step = 0;
  const { weights, evaluations } = await adaFusion(async (candidate) => {
    report.progress("fusing", { step: step++, steps: config.maxEvaluations });
    return score(client, client.examples.fusion, fuse(personal, shared, candidate), control);
  }, config);
  report.fused({ ...weights, evaluations });
  return fuse(personal, shared, weights);
}

/** Measures adapters on the test rows and notes the figures in the report. */
function measurer(client: Client, plan: RoundPlan, report: RoundReport, control: RunControl) {
  const { test } = client.examples;
  const { task } = client.setup;
  const labels = task.kind === "label" ? task.labels.length : 0;
  const rows =
    plan.stage === "fusing" ? test : shuffled(test, random(client.setup.clientSeed, "roundTestRows")).slice(0, ROUND_TEST_ROWS);
  return async (what: Measured, adapter: NamedTensors | null): Promise<void> => {
    report.progress("evaluating", { slot: what === "personal" || what === "shared" ? what : null });
    report.evaluated(what, evaluationOf(await score(client, rows, adapter, control), rows, labels));
  };
}

async function score(
  { setup, model }: Client,
  rows: readonly Example[],
  tensors: NamedTensors | null,
  control: RunControl,
): Promise<readonly Scored[]> {
  const adapter = tensors ? uploadAdapter(tensors, { scale: adapterScale(setup.adapter), trainable: false }) : null;
  try {
    return await scoreExamples(model, rows, adapter, () => control.checkIn());
  } finally {
    adapter?.dispose();
  }
}
