/**
 * Interprets one round plan on a client: receive, train, copy, measure, fuse, upload. It knows no federated method by name.
 * All work is on copies; the client's adapters change only when the whole round succeeded, so a cancelled or failed round can
 * simply be run again, and with its journal it need not compute again what it has computed.
 */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { type AdapterLayout, initialAdapter, layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { paddedTo } from "@duet/lora-core/adapters/adapterRank";
import { scaled, stackRanks } from "@duet/lora-core/adapters/adapterSum";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { Row } from "@duet/lora-core/data/row";
import { sumOf } from "@duet/lora-core/fusion/adaFusion";
import type { FusionConfig } from "@duet/lora-core/fusion/fusionConfig";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import { privateFusion } from "@duet/lora-core/fusion/privateFusion";
import { searchFusion } from "@duet/lora-core/fusion/searchFusion";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import {
  type HeldAdapters,
  type Received,
  received,
  receivedLayout,
  uploaded,
  uploadLayout,
  withMerged,
} from "@duet/lora-core/strategies/exchange";
import { type SentUpdate, sentUpdate } from "@duet/lora-core/strategies/sentUpdate";
import type { LocalStep, Serve, TrainBothStep, TrainStep, Upload } from "@duet/lora-core/strategies/strategy";
import { isTraining } from "@duet/lora-core/strategies/trainings";
import { type EncodedUpload, encodeUpload, type UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { stepsOf } from "./batches.ts";
import { parted } from "./bothAdapters.ts";
import type { EachBatch } from "./evaluateAdapter.ts";
import { createFusionLosses } from "./fusionLosses.ts";
import type { TrainingTask } from "./learner.ts";
import { type KnownScores, measurer } from "./measureRound.ts";
import { withOwnRows, withRowsOfAll } from "./ownRows.ts";
import type { PrivacyMeter } from "./privacyMeter.ts";
import { createRoundJournal, type RoundJournal } from "./roundJournal.ts";
import { type RoundReport, rate } from "./roundReport.ts";
import type { RunControl } from "./runControl.ts";
import type { TeamTrainings } from "./teamTrainings.ts";
import { type StepsRun, type TrainingOutcome, trainAdapter } from "./trainAdapter.ts";
import { trainBoth } from "./trainBoth.ts";
import { trainingSettings } from "./trainingSettings.ts";
import type { TrainingState } from "./trainingState.ts";

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
  /** Those that the test examples are of, in their order. */
  readonly testRows: readonly Row[];
  readonly held: HeldAdapters;
  /** What its adapters have scored of its test rows so far; rounds fill it. */
  readonly known: KnownScores;
  /** The last round it finished; null before its first. */
  readonly lastRound: number | null;
  /** What it serves since its last round, if that was the fusing one; of any rank. */
  readonly served: NamedTensors | null;
  /** What it sent last, made out on demand; null before that. */
  readonly sent: (() => SentUpdate) | null;
}

export interface RoundOutcome {
  readonly held: HeldAdapters;
  readonly upload: Uint8Array | null;
  /** What the client ends up with, in the fusing round; its rank may be higher than the layout's. */
  readonly served: NamedTensors | null;
  /** As it was before where this round uploads nothing. */
  readonly sent: Client["sent"];
}

/** What a round tells of itself, what stops it, and what it has computed already. */
interface Running {
  readonly report: RoundReport;
  readonly control: RunControl;
  readonly journal: RoundJournal;
  /** Null without privacy. */
  readonly meter: PrivacyMeter | null;
  /** Null for a device that trains alone. */
  readonly team: TeamTrainings | null;
}

/**
 * With a journal it goes on where that ends. @throws {RangeError} on a plan that cannot be followed; {DuetError} STOPPED when cancelled,
 * LOSS_NOT_FINITE, STORED_DAMAGED when the journal is of another round.
 */
export async function runRound(
  client: Client,
  request: RoundRequest,
  report: RoundReport,
  control: RunControl,
  journal: RoundJournal = createRoundJournal(null),
  meter: PrivacyMeter | null = null,
  team: TeamTrainings | null = null,
): Promise<RoundOutcome> {
  if (client.setup.training.privacy && !meter) throw new RangeError("Private training needs somebody who counts its steps");
  const running = { report, control, journal, meter, team };
  const { plan } = request;
  const start = receivedAdapters(client, request);
  const asExtra = (kind: "merged" | "control") => (plan.receive?.extra === kind ? (start?.extra ?? null) : null);
  let held: HeldAdapters = {
    ...client.held,
    ...(start ? { shared: start.shared, merged: asExtra("merged") } : {}),
  };
  const measure = measurer(client, plan, running);

  const isLast = plan.stage === "fusing";
  if (isLast || client.lastRound === null) await measure("base", null);
  // After as many steps as what was received.
  if (plan.alone && !isLast && held.alone) await measure("alone", held.alone);
  if (start) await measure("shared", withMerged(held.shared, held.merged));
  for (const [index, step] of plan.steps.entries()) {
    const place = { step, index, round: request.round, common: asExtra("control") };
    held = await following(client, place, held, running);
    if (plan.alone && isTraining(step)) held = { ...held, alone: await trainAlone(client, { ...place, step }, held, running) };
  }
  if (plan.alone && isLast && held.alone) await measure("alone", held.alone);
  if (plan.beforeAggregation) await measure("beforeAggregation", withMerged(held.shared, held.merged));
  if (held.personal !== client.held.personal || servesPersonal(plan.serve)) {
    await measure("personal", withMerged(held.personal, held.merged));
  }
  const { serve: how } = plan;
  const served = how && withMerged(await report.timed("fusion", () => serve(client, how, held, running)), held.merged);
  if (served) await measure("fused", served);

  report.progress("uploading");
  if (!plan.upload) return { held, upload: null, served, sent: client.sent };
  const { upload } = plan;
  const { blob, residual } = await report.timed("encode", () => send(client, request.round, upload, start, held, meter));
  const [origin, { merged }] = [originOf(client, start), held];
  const sent = () => sentUpdate(formOf(client, upload), blob, origin, merged);
  return { held: { ...held, residual }, upload: filledUp(client, upload, blob), served, sent };
}

/**
 * What leaves, as the federation codes it. Its rounding draws are the round's, so that a round that is run again sends the same; with privacy
 * nothing that is made of rows may choose them, and the seed is made of rows.
 */
function send(
  client: Client,
  round: number,
  upload: Upload,
  start: Received | null,
  held: HeldAdapters,
  meter: PrivacyMeter | null,
): EncodedUpload {
  const basis = { origin: originOf(client, start), residual: held.residual };
  const uniform = meter?.uniform ?? random(client.setup.clientSeed, "upload", round);
  return encodeUpload(formOf(client, upload), uploaded(upload, start, held), basis, uniform);
}

/** With zeros for the ranks that others have and this client does not, where it is not to be seen that it does not. Values are as they are then. */
function filledUp({ setup, layout }: Client, upload: Upload, blob: Uint8Array): Uint8Array {
  if (setup.sharedRank === undefined) return blob;
  const own = uploadLayout(layout, upload);
  const whole = layoutOfRank(own, setup.sharedRank);
  return encodeAdapter(paddedTo(decodeAdapter(blob, own), whole), whole);
}

const formOf = ({ setup, layout }: Client, upload: Upload): UploadForm => ({
  layout,
  upload,
  coding: setup.upload ?? AS_THEY_ARE,
});

/** The shared adapter as the round's steps began. */
const originOf = ({ held }: Client, start: Received | null): NamedTensors => start?.shared ?? held.shared;

/** Whether the client ends up with its personal adapter, or a fusion of it. */
function servesPersonal(how: Serve | null): boolean {
  return how !== null && (how.kind !== "slot" || how.slot === "personal");
}

function receivedAdapters({ layout, held }: Client, { plan, received: blob }: RoundRequest): Received | null {
  if (!plan.receive) return null;
  if (!blob) throw new RangeError("This round starts from the coordinator's adapter, but none was received");
  const tensors = decodeAdapter(blob, receivedLayout(layout, plan.receive, blob.byteLength));
  return received(tensors, plan.receive, held.shared);
}

/** A plan's step with the adapters it speaks of. */
function taskOf(step: TrainStep, held: HeldAdapters, common: NamedTensors | null): TrainingTask {
  const { slot, part = "all", active, proximal, distill, balanced = false, controlled, span } = step;
  const other = slot === "personal" ? "shared" : "personal";
  const beside = [...(active?.[other] ? [scaled(held[other], active[other])] : []), ...(held.merged ? [held.merged] : [])];
  return {
    part,
    weight: active?.[slot] ?? 1,
    beside: beside.length > 0 ? stackRanks(beside) : null,
    proximal: proximal ? { anchor: held[proximal.to], mu: proximal.mu } : null,
    distill: distill ? { ...distill, teacher: withMerged(held[distill.from], held.merged) } : null,
    control: controlled ? { own: held.control, common } : null,
    balanced,
    ...(span ? { span } : {}),
  };
}

/** Nothing of the federation's other adapters in it. */
function aloneTask({ aloneSpan: span }: TrainStep | TrainBothStep): TrainingTask {
  const own = { part: "all", weight: 1, beside: null, proximal: null, distill: null, control: null, balanced: false } as const;
  return { ...own, ...(span ? { span } : {}) };
}

/** A step in its round. */
interface Place<Step extends LocalStep = LocalStep> {
  readonly step: Step;
  readonly index: number;
  readonly round: number;
  /** SCAFFOLD's c. */
  readonly common: NamedTensors | null;
}

/** What is held after a step. */
async function following(client: Client, place: Place, held: HeldAdapters, running: Running): Promise<HeldAdapters> {
  const { step, index, round } = place;
  switch (step.kind) {
    case "copy":
      return { ...held, [step.to]: held[step.from] };
    case "draw":
      if (client.lastRound !== null) return held;
      return { ...held, [step.slot]: initialAdapter(client.layout, seedOf(client, "draw", round, index)) };
    case "train":
      return trainSlot(client, { ...place, step }, held, running);
    case "trainBoth":
      return trainSlots(client, { ...place, step }, held, running);
    default:
      return step satisfies never;
  }
}

async function trainSlot(client: Client, place: Place<TrainStep>, before: HeldAdapters, running: Running): Promise<HeldAdapters> {
  const { step, common } = place;
  const { slot } = step;
  const held = running.team ? before : { ...before, [slot]: await withOwnRows(client, before[slot]) };
  const { adapter, control } = await trainFrom(client, place, slot, held[slot], taskOf(step, held, common), running);
  return { ...held, [slot]: adapter, control: control ?? held.control };
}

/** As long as this training of the plan and on its batches, from what everyone starts from: the method "local", whatever the federation's is. */
async function trainAlone(
  client: Client,
  place: Place<TrainStep | TrainBothStep>,
  { alone }: Pick<HeldAdapters, "alone">,
  running: Running,
): Promise<NamedTensors> {
  // Nothing has moved what a client starts from before its first training.
  const before = alone ?? client.held.personal;
  const start = running.team ? before : await withOwnRows(client, before);
  const { adapter } = await trainFrom(client, place, "alone", start, aloneTask(place.step), running);
  return adapter;
}

/** One adapter, by this device or its team. */
function trainFrom(
  client: Client,
  place: Place<TrainStep | TrainBothStep>,
  what: Trained,
  start: NamedTensors,
  task: TrainingTask,
  running: Running,
): Promise<TrainingOutcome> {
  const { model, examples } = client;
  const { team } = running;
  return train(client, place, what, running, async ({ name, steps, seed, from, run }) => {
    const known = team?.finished(name);
    if (known) return known;
    const together = team && (await team.begin({ name, steps, start, seed, task, from }));
    const begun = from || !together ? start : await withRowsOfAll(client, start, together);
    return trainAdapter(model, examples.train, begun, { ...task, ...run(), team: together });
  });
}

async function trainSlots(
  client: Client,
  place: Place<TrainBothStep>,
  held: HeldAdapters,
  running: Running,
): Promise<HeldAdapters> {
  if (running.team) throw new RangeError("A team cannot train two adapters on the same batches");
  const { personal, shared, span } = place.step;
  const start = {
    personal: await withOwnRows(client, held.personal),
    shared: await withOwnRows(client, held.shared),
  };
  const task = { personal, shared, merged: held.merged, ...(span ? { span } : {}) };
  const { adapter } = await train(client, place, null, running, ({ run }) =>
    trainBoth(client.model, client.examples.train, start, { ...task, ...run() }),
  );
  return { ...held, ...parted(adapter) };
}

/** What a training of a plan is taken with. */
interface Beginning {
  readonly name: string;
  readonly steps: number;
  readonly seed: number;
  /** Where it goes on. */
  readonly from: TrainingState | null;
  /** Begins the clock. */
  readonly run: () => StepsRun;
}

/** What a training is told to be of; null where it is of both slots. */
type Trained = Progress["slot"];

/** A training of the plan as the journal has it, or taken now. */
async function train(
  client: Client,
  { step: { budget }, round, index }: Place<TrainStep | TrainBothStep>,
  what: Trained,
  { report, control, journal, meter, team }: Running,
  take: (beginning: Beginning) => Promise<TrainingOutcome>,
): Promise<TrainingOutcome> {
  const { setup, examples } = client;
  const rows = team ? await team.rowsEach() : examples.train.length;
  const steps = stepsOf(budget, rows, setup.training);
  const name = `${what === "alone" ? what : "train"} ${index}`;
  // One stream per training of a plan, whatever the slot: with one client, FDLoRA then sees the batches of local training.
  const seed = seedOf(client, "train", round, index);
  const trained = journal.once("trained", name, () => {
    const keeping = journal.training(name, steps);
    const run = (): StepsRun => {
      const startedAt = performance.now();
      report.progress("training", { slot: what, step: keeping.from?.done ?? 0, steps });
      return {
        ...{ steps, ...trainingSettings(setup), seed, privacy: meter, keeping },
        beforeStep: () => control.checkIn(),
        onStep: (step, loss, tokens) => {
          const taken = keeping.seconds + (performance.now() - startedAt) / 1000;
          report.progress("training", { slot: what, step, steps, loss, tokensPerSecond: rate(tokens, taken) });
        },
      };
    };
    return take({ name, steps, seed, from: keeping.from, run });
  });
  const { result, seconds } = await report.timed("steps", () => trained);
  report.trained(what, result, seconds);
  return result;
}

const seedOf = ({ setup }: Client, what: string, round: number, index: number): number =>
  Math.floor(random(setup.clientSeed, what, round, index)() * 2 ** 31);

const NO_SEARCH = { evaluations: 0, forwardTokens: 0, seconds: 0 };

/** The adapter the client ends up with. */
async function serve(client: Client, how: Serve, held: HeldAdapters, running: Running): Promise<NamedTensors> {
  const { report } = running;
  switch (how.kind) {
    case "slot":
      report.fused({ personal: how.slot === "personal" ? 1 : 0, shared: how.slot === "shared" ? 1 : 0, ...NO_SEARCH });
      return held[how.slot];
    case "sum":
      report.fused({ ...how.weights, ...NO_SEARCH });
      return sumOf(held.personal, held.shared, how.weights);
    case "fuse":
      return search(client, how.search, held, running);
    default:
      return how satisfies never;
  }
}

async function search(
  { setup, model, examples }: Client,
  config: FusionConfig,
  held: HeldAdapters,
  { report, control, journal, meter }: Running,
): Promise<NamedTensors> {
  let seconds = 0;
  const eachBatch: EachBatch<Float32Array> = async (compute) => {
    await control.checkIn();
    const piece = await journal.once("losses", "fuse", compute);
    seconds += piece.seconds;
    return piece.result;
  };
  const losses = createFusionLosses(model, examples.fusion, held, { scale: adapterScale(setup.adapter), eachBatch });
  try {
    let step = 0;
    const lossesOf = (candidate: Mix) => {
      report.progress("fusing", { step: step++, steps: config.maxEvaluations });
      return losses.of(candidate);
    };
    const choose = async (utilities: readonly number[]) =>
      (await journal.once("chosen", "fuse", async () => (await meter?.choose(utilities)) ?? null)).result;
    const found = meter ? privateFusion(config, lossesOf, choose) : searchFusion(config, lossesOf);
    const { mix, weights, evaluations } = await found;
    report.fused({ ...weights, evaluations, forwardTokens: evaluations * losses.tokens, seconds });
    return mixed(held.personal, held.shared, mix);
  } finally {
    losses.dispose();
  }
}
