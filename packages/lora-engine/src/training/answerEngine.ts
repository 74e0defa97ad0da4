/**
 * Trying adapters out between rounds: labels, texts and figures of what a client serves, of what it learned alone, or of any mix of its two adapters. One answer
 * at a time; a newer one stops those before it. A measurement of recognition rests between two batches while there is anything to answer. A
 * round stops them all. Nothing of it leaves the thread's device.
 */

import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type {
  AnswerEngine,
  AnsweringAdapter,
  Prediction,
  RecognisedIn,
  RowRecognition,
} from "@duet/lora-core/contract/answering";
import { workError } from "@duet/lora-core/errors/workError";
import { mixed } from "@duet/lora-core/fusion/mix";
import { recognitionOf } from "@duet/lora-core/leakage/recognition";
import { withMerged } from "@duet/lora-core/strategies/exchange";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { DeviceAdapter, LanguageModel, Scored } from "../models/languageModel.ts";
import type { Client } from "./client.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { type EachBatch, evaluationOf, scoreExamples } from "./evaluateAdapter.ts";
import { createRunControl, type RunControl } from "./runControl.ts";

/** A client between rounds. */
export interface IdleClient {
  readonly client: Client;
  readonly model: LanguageModel;
}

/** Inputs per forward pass. */
const BATCH_SIZE = 16;
/** Rows of a kind that recognition is measured on, so that its time has a bound. */
const RECOGNITION_ROWS = 200;

/** One that runs, or waits for those before it. */
interface Running {
  readonly control: RunControl;
  readonly ended: Promise<void>;
}

export interface LocalAnswers extends AnswerEngine {
  /** Measurements of recognition too. */
  stopAll(): Promise<void>;
}

/** `idle` gives the client of the moment. @throws what `idle` throws when there is none or it is training. */
export function createAnswerEngine(idle: () => IdleClient): LocalAnswers {
  const answers = new Set<Running>();
  const measurements = new Set<Running>();
  /** Of a measurement; what is asked for meanwhile begins after it. */
  let batch: Promise<unknown> = Promise.resolve();

  const stopAnswering = () => stop([...answers]);
  const stopAll = () => stop([...answers, ...measurements]);

  /** Until it has ended, it is among `all`. */
  function running<T>(all: Set<Running>, control: RunControl, work: Promise<T>): Promise<T> {
    const mine = { control, ended: work.then(nothing, nothing) };
    all.add(mine);
    void mine.ended.then(() => all.delete(mine));
    return work;
  }

  /** Runs with the adapter on the backend, after whatever was asked for before has ended. */
  async function answering<T>(
    which: AnsweringAdapter,
    run: (parts: IdleClient & { readonly adapter: DeviceAdapter | null; readonly control: RunControl }) => Promise<T>,
  ): Promise<T> {
    idle();
    const control = createRunControl();
    const older = stopAnswering();
    const work = (async () => {
      await Promise.all([older, batch.then(nothing, nothing)]);
      await control.checkIn();
      const parts = idle();
      return withAdapter(parts.client, tensorsOf(parts.client, which), (adapter) => run({ ...parts, adapter, control }));
    })();
    return running(answers, control, work);
  }

  /** After the measurements before it, and with everything else before each of its batches. */
  async function measuring(where: RecognisedIn, onProgress: (share: number) => void): Promise<RowRecognition> {
    idle();
    const control = createRunControl();
    const older = [...measurements];
    const eachBatch: EachBatch<readonly Scored[]> = async (compute) => {
      await control.checkIn();
      while (answers.size > 0) {
        await Promise.all([...answers].map(({ ended }) => ended));
        await control.checkIn();
      }
      const computed = compute();
      batch = computed;
      return computed;
    };
    const work = (async () => {
      await Promise.all(older.map(({ ended }) => ended));
      await control.checkIn();
      return measureRecognition(idle(), where, eachBatch, onProgress);
    })();
    return running(measurements, control, work);
  }

  return {
    stopAnswering,
    stopAll,
    predict: (inputs, which) =>
      answering(which, async ({ client, adapter, control }) => {
        const { model, setup } = client;
        if (!model.predict) throw workError("UNSUPPORTED_TASK", ["noLabels"]);
        const predictions: Prediction[] = [];
        for (let start = 0; start < inputs.length; start += BATCH_SIZE) {
          await control.checkIn();
          const batch = inputs.slice(start, start + BATCH_SIZE);
          predictions.push(
            ...(await model.predict(
              batch.map((input) => model.encodeInput(input, setup.training.maxTokens)),
              adapter,
            )),
          );
        }
        return predictions;
      }),
    write: ({ input, adapter: which, options }, onText) =>
      answering(which, async ({ model, adapter, control }) => {
        if (!model.generate) throw workError("UNSUPPORTED_TASK", ["cannotWrite"]);
        for await (const piece of model.generate({ input, adapter, options, beforeToken: () => control.checkIn() }))
          onText(piece);
      }),
    measureFusion: (which) =>
      answering(which, async ({ client, adapter, control }) => {
        const { model, setup, examples } = client;
        const labels = setup.task.kind === "label" ? setup.task.labels.length : 0;
        const scored = await scoreExamples(model, examples.fusion, adapter, eachBatch(control));
        const { loss, accuracy } = evaluationOf(scored, examples.fusion, labels);
        return { loss, accuracy };
      }),
    mistakenRows: (which) =>
      answering(which, async ({ client, adapter, control }) => {
        const { model, setup, examples, testRows } = client;
        if (setup.task.kind !== "label") throw workError("UNSUPPORTED_TASK", ["noneRight"]);
        const scored = await scoreExamples(model, examples.test, adapter, eachBatch(control));
        return testRows.flatMap(({ line, input }, at) => {
          const [actual, predicted] = [examples.test[at]?.label, scored[at]?.label];
          return actual === undefined || predicted === undefined || actual === predicted
            ? []
            : [{ line, input, actual, predicted }];
        });
      }),
    measureRecognition: (where, onProgress = nothing) => measuring(where, onProgress),
  };
}

/** A seeded sample of the training rows against one of the test rows. */
async function measureRecognition(
  { client }: IdleClient,
  where: RecognisedIn,
  eachBatch: EachBatch<readonly Scored[]>,
  onProgress: (share: number) => void,
): Promise<RowRecognition> {
  const { model, setup, examples } = client;
  const sampleOf = (part: "train" | "test") =>
    shuffled(examples[part], random(setup.clientSeed, "recognition", part)).slice(0, RECOGNITION_ROWS);
  const [train, test] = [sampleOf("train"), sampleOf("test")];
  const rows = [...train, ...test];
  const sides = sidesOf(client, where);
  let scoredRows = 0;
  const eachTold: typeof eachBatch = async (compute) => {
    const scored = await eachBatch(compute);
    scoredRows += scored.length;
    onProgress(scoredRows / (rows.length * sides.length));
    return scored;
  };
  const sureness = rows.map(() => 0);
  for (const { tensors, sign } of sides) {
    const scored = await withAdapter(client, tensors, (adapter) => scoreExamples(model, rows, adapter, eachTold));
    for (const [row, { lossSum, units }] of scored.entries()) sureness[row] = (sureness[row] ?? 0) - (sign * lossSum) / units;
  }
  const recognition = recognitionOf(sureness.slice(0, train.length), sureness.slice(train.length));
  return { train: train.length, test: test.length, recognition };
}

/** What the losses are of that add up, by their signs, to what a row is recognised by. */
function sidesOf(
  client: Client,
  where: RecognisedIn,
): readonly { readonly tensors: NamedTensors | null; readonly sign: 1 | -1 }[] {
  if (where !== "sent") return [{ tensors: tensorsOf(client, where), sign: 1 }];
  if (!client.sent) throw workError("ADAPTER_MISSING", ["sentUnknown"]);
  const { before, after } = client.sent();
  return [
    { tensors: after, sign: 1 },
    { tensors: before, sign: -1 },
  ];
}

/** With the adapter on the backend; null is none. */
async function withAdapter<T>(
  { setup }: Client,
  tensors: NamedTensors | null,
  run: (adapter: DeviceAdapter | null) => Promise<T>,
): Promise<T> {
  const adapter = tensors && uploadAdapter(tensors, { scale: adapterScale(setup.adapter), trainable: false });
  try {
    return await run(adapter);
  } finally {
    adapter?.dispose();
  }
}

/** Cancels them, and waits for their end. */
async function stop(all: readonly Running[]): Promise<void> {
  for (const { control } of all) control.cancel();
  await Promise.all(all.map(({ ended }) => ended));
}

/** Stops between batches. */
const eachBatch =
  (control: RunControl): EachBatch<readonly Scored[]> =>
  async (compute) => {
    await control.checkIn();
    return compute();
  };

/** What a client serves has its merged part in it; what it learned alone has none. */
function tensorsOf({ held, served }: Client, which: AnsweringAdapter): NamedTensors | null {
  if (which === null) return null;
  if (which === "alone") {
    if (!held.alone) throw workError("ADAPTER_MISSING", ["notAlone"]);
    return held.alone;
  }
  if (which !== "served") return withMerged(mixed(held.personal, held.shared, which), held.merged);
  if (!served) throw workError("ADAPTER_MISSING", ["noFusedBefore"]);
  return served;
}

const nothing = () => {};
