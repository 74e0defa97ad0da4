/** A client's training engine in this thread: loads the frozen base, tokenises the client's rows, and runs round plans. */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, layoutOf, layoutOfBytes } from "@duet/lora-core/adapters/adapterLayout";
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import type { ClientCheckpoint, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { TeamAverages, TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { workError } from "@duet/lora-core/errors/workError";
import { withoutFigures } from "@duet/lora-core/protocol/figures";
import type { BackendName, Device, Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import { type RowStatistics, statisticsOf } from "@duet/lora-core/statistics/rowStatistics";
import type { SentUpdate } from "@duet/lora-core/strategies/sentUpdate";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { LanguageModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import type { ModelFiles } from "../models/modelFiles.ts";
import { unlessDeviceLost } from "../ops/webgpu/deviceLoss.ts";
import { createAnswerEngine } from "./answerEngine.ts";
import type { Client } from "./client.ts";
import { MOST_STEPS, measureSpeed } from "./measureSpeed.ts";
import { prepareClient } from "./prepareClient.ts";
import type { PrivacyMeter } from "./privacyMeter.ts";
import type { ComputedOn } from "./roundCheckpoint.ts";
import { createRoundJournal, type RoundKeeping } from "./roundJournal.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl, type RunControl } from "./runControl.ts";
import { runRound } from "./runRound.ts";
import { type DeviceOptions, startDevice } from "./startDevice.ts";
import { type HelpedTraining, helpTraining, leadTrainings } from "./teamTrainings.ts";
import type { TrainedRound, TrainingEngine } from "./trainingEngine.ts";

/** How backends start here, whichever is taken. */
type Computing = Omit<DeviceOptions, "forced">;

export interface LocalClientOptions extends Computing {
  /** Whether every round has a few test rows answered, for somebody to look at. Nobody does where it is left out. */
  readonly takesSamples?: boolean;
}

/** The engine takes over the thread's TF.js backend; one per thread. */
export function createLocalClient({ takesSamples = false, ...computing }: LocalClientOptions): TrainingEngine {
  return new LocalClient(computing, takesSamples);
}

class LocalClient implements TrainingEngine {
  readonly #computing: Computing;
  readonly #takesSamples: boolean;
  #device: Device | null = null;
  #model: LanguageModel | null = null;
  #client: Client | null = null;
  #running: RunControl | null = null;
  #helped: HelpedTraining | null = null;
  readonly #answers = createAnswerEngine(() => {
    if (this.#running) throw workError("BUSY", ["training"]);
    if (!this.#model) throw new Error("No base model is open");
    return { client: this.#prepared(), model: this.#model };
  });
  readonly predict: AnswerEngine["predict"] = this.#answers.predict;
  readonly write: AnswerEngine["write"] = this.#answers.write;
  readonly measureFusion: AnswerEngine["measureFusion"] = this.#answers.measureFusion;
  readonly mistakenRows: AnswerEngine["mistakenRows"] = this.#answers.mistakenRows;
  readonly measureRecognition: AnswerEngine["measureRecognition"] = this.#answers.measureRecognition;
  readonly stopAnswering: AnswerEngine["stopAnswering"] = this.#answers.stopAnswering;

  constructor(computing: Computing, takesSamples: boolean) {
    this.#computing = computing;
    this.#takesSamples = takesSamples;
  }

  async open(files: ModelFiles, backend: BackendName | null): Promise<Device> {
    await this.#answers.stopAll();
    const device = await startDevice({ ...this.#computing, forced: backend });
    this.#client?.model.dispose();
    this.#client = null;
    this.#model?.dispose();
    this.#model = loadModel(files);
    this.#device = device;
    return device;
  }

  async prepare(setup: EngineSetup, split: DataSplit): Promise<SampleCounts> {
    if (!this.#model) throw new Error("No base model is open");
    const client = prepareClient(await this.#model.prepare(setup.task), this.#model.linears, setup, split);
    this.#client?.model.dispose();
    this.#client = client;
    return { train: split.train.length, fusion: split.fusion.length, test: split.test.length };
  }

  async measureSpeed(setup: EngineSetup, train: readonly Row[], onStep: () => void): Promise<StepSpeed> {
    if (this.#running) throw workError("BUSY", ["training"]);
    if (!this.#model) throw new Error("No base model is open");
    const model = await this.#model.prepare(setup.task);
    try {
      const rows = train.slice(0, MOST_STEPS * setup.training.batchSize);
      const client = prepareClient(model, this.#model.linears, setup, { train: rows, fusion: [], test: [] });
      return await unlessDeviceLost(measureSpeed(client, onStep));
    } finally {
      model.dispose();
    }
  }

  async runRound(
    request: RoundRequest,
    onProgress: (progress: Progress) => void,
    keeping: RoundKeeping | null = null,
    meter: PrivacyMeter | null = null,
    lead: TeamLead | null = null,
  ): Promise<TrainedRound> {
    if (this.#running) throw new Error("A round is already running");
    const client = this.#prepared();
    const report = new RoundReport(request.round, onProgress, this.#takesSamples);
    const control = createRunControl(() => report.goesOn());
    this.#running = control;
    try {
      await this.#answers.stopAll();
      const journal = createRoundJournal(keeping);
      const team = lead && leadTrainings(lead, this.#helped);
      const { held, upload, served, sent } = await unlessDeviceLost(
        runRound(client, request, report, control, journal, meter, team),
      );
      this.#client = { ...client, held, served, sent, lastRound: request.round };
      const [metrics, told] = [report.metrics(), { ...report.confusions(), samples: report.samples() }];
      if (!meter) return { upload, metrics, ...told };
      return { upload, metrics: withoutFigures({ ...metrics, privacy: await meter.standing() }), own: metrics, ...told };
    } finally {
      this.#running = null;
    }
  }

  async help(
    order: TrainingOrder,
    state: Uint8Array | null,
    averages: TeamAverages,
    onStep: (step: number, tokens: number) => void,
  ): Promise<void> {
    if (this.#running) throw new Error("A round is already running");
    const control = createRunControl();
    this.#running = control;
    this.#helped = null;
    try {
      await this.#answers.stopAll();
      this.#helped = await unlessDeviceLost(helpTraining(this.#prepared(), order, state, averages, control, onStep));
    } finally {
      this.#running = null;
    }
  }

  rowStatistics(): RowStatistics {
    const { examples, setup } = this.#prepared();
    const rows = examples.train.map(({ label, tokens }) => ({ label, tokens: tokens.length }));
    return statisticsOf(rows, setup.task.kind === "label" ? setup.task.labels.length : 0);
  }

  computedOn(): ComputedOn {
    if (!this.#device) throw new Error("No base model is open");
    return { backend: this.#device.backend, memory: this.#prepared().setup.memory ?? null };
  }

  async checkpoint(): Promise<ClientCheckpoint> {
    const { held, layout, lastRound, served, sent } = this.#prepared();
    const encoded = (tensors: NamedTensors | null) => tensors && encodedBlob(tensors);
    return {
      lastRound,
      personal: encodeAdapter(held.personal, layout),
      shared: encodeAdapter(held.shared, layout),
      merged: encoded(held.merged),
      control: encoded(held.control),
      residual: encoded(held.residual),
      alone: encoded(held.alone),
      served: encoded(served),
      // It can only be measured once nothing is trained any more; until then it need not travel with every round.
      ...(served && sent ? { sent: encodedSent(sent()) } : {}),
    };
  }

  async restore({
    personal,
    shared,
    merged,
    control,
    residual,
    alone,
    served,
    sent,
    lastRound,
  }: ClientCheckpoint): Promise<void> {
    const client = this.#prepared();
    const decoded = (blob: Uint8Array | null | undefined) => (blob ? decodedBlob(blob, client.layout) : null);
    this.#client = {
      ...client,
      held: {
        personal: decodeAdapter(personal, client.layout),
        shared: decodeAdapter(shared, client.layout),
        merged: decoded(merged),
        control: decoded(control),
        residual: decoded(residual),
        alone: decoded(alone),
      },
      served: decoded(served),
      sent: sent ? () => decodedSent(sent, client.layout) : null,
      lastRound,
    };
  }

  async cancel(): Promise<void> {
    this.#running?.cancel();
  }

  #prepared(): Client {
    if (!this.#client) throw new Error("No data is prepared");
    return this.#client;
  }
}

/** Of any rank. */
const encodedBlob = (tensors: NamedTensors): Uint8Array => encodeAdapter(tensors, layoutOf(tensors));

const decodedBlob = (blob: Uint8Array, layout: AdapterLayout): NamedTensors =>
  decodeAdapter(blob, layoutOfBytes(layout, blob.byteLength));

const encodedSent = ({ before, after }: SentUpdate) => ({ before: encodedBlob(before), after: encodedBlob(after) });

const decodedSent = ({ before, after }: ReturnType<typeof encodedSent>, layout: AdapterLayout): SentUpdate => ({
  before: decodedBlob(before, layout),
  after: decodedBlob(after, layout),
});
