/**
 * Trying adapters out between rounds: labels, texts and figures of what a client serves, or of any mix of its two adapters. One answer
 * at a time; a newer one stops those before it, but for a measurement of recognition, which is waited for; a round stops them all. Nothing of it
 * leaves the thread's device.
 */

import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { AnswerEngine, AnsweringAdapter, Prediction } from "@duet/lora-core/contract/answering";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { mixed } from "@duet/lora-core/fusion/mix";
import { recognitionOf } from "@duet/lora-core/leakage/recognition";
import { withMerged } from "@duet/lora-core/strategies/exchange";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { DeviceAdapter, LanguageModel, Scored } from "../models/languageModel.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { type EachBatch, evaluationOf, scoreExamples } from "./evaluateAdapter.ts";
import { createRunControl, type RunControl } from "./runControl.ts";
import type { Client } from "./runRound.ts";

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
interface Answer {
  readonly control: RunControl;
  /** A newer one of this kind takes its place. */
  readonly isReplaceable: boolean;
  readonly ended: Promise<void>;
}

/** `idle` gives the client of the moment. @throws what `idle` throws when there is none or it is training. */
export function createAnswerEngine(idle: () => IdleClient): AnswerEngine {
  /** In the order in which they were asked for. */
  const answers = new Set<Answer>();

  async function stopAnswering(): Promise<void> {
    const all = [...answers];
    for (const { control } of all) control.cancel();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** Runs with the adapter on the backend, after whatever was asked for before has ended. */
  async function answering<T>(
    which: AnsweringAdapter,
    run: (parts: IdleClient & { readonly adapter: DeviceAdapter | null; readonly control: RunControl }) => Promise<T>,
    { isReplaceable = true } = {},
  ): Promise<T> {
    idle();
    const control = createRunControl();
    const before = [...answers];
    if (isReplaceable) for (const older of before) if (older.isReplaceable) older.control.cancel();
    const work = (async () => {
      await Promise.all(before.map(({ ended }) => ended));
      await control.checkIn();
      const parts = idle();
      const tensors = tensorsOf(parts.client, which);
      const adapter = tensors && uploadAdapter(tensors, { scale: adapterScale(parts.client.setup.adapter), trainable: false });
      try {
        return await run({ ...parts, adapter, control });
      } finally {
        adapter?.dispose();
      }
    })();
    const mine = { control, isReplaceable, ended: work.then(nothing, nothing) };
    answers.add(mine);
    void mine.ended.then(() => answers.delete(mine));
    return work;
  }

  return {
    stopAnswering,
    predict: (inputs, which) =>
      answering(which, async ({ client, adapter, control }) => {
        const { model, setup } = client;
        if (!model.predict) throw new DuetError("UNSUPPORTED_TASK", "In a text task there are no labels to predict");
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
        if (!model.generate) throw new DuetError("UNSUPPORTED_TASK", "This model compares texts and cannot write them");
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
    measureRecognition: (which) => answering(which, measureRecognition, { isReplaceable: false }),
  };
}

/** A seeded sample of the training rows against one of the test rows. */
async function measureRecognition({
  client: { model, setup, examples },
  adapter,
  control,
}: IdleClient & { readonly adapter: DeviceAdapter | null; readonly control: RunControl }) {
  const surenessOf = async (part: "train" | "test") => {
    const sample = shuffled(examples[part], random(setup.clientSeed, "recognition", part)).slice(0, RECOGNITION_ROWS);
    const scored = await scoreExamples(model, sample, adapter, eachBatch(control));
    return scored.map(({ lossSum, units }) => -lossSum / units);
  };
  const [train, test] = [await surenessOf("train"), await surenessOf("test")];
  return { train: train.length, test: test.length, recognition: recognitionOf(train, test) };
}

/** Stops between batches. */
const eachBatch =
  (control: RunControl): EachBatch<readonly Scored[]> =>
  async (compute) => {
    await control.checkIn();
    return compute();
  };

/** What a client serves has its merged part in it. */
function tensorsOf({ held, served }: Client, which: AnsweringAdapter): NamedTensors | null {
  if (which === null) return null;
  if (which !== "served") return withMerged(mixed(held.personal, held.shared, which), held.merged);
  if (!served) throw new DuetError("ADAPTER_MISSING", "There is no fused adapter before the last round");
  return served;
}

const nothing = () => {};
