/**
 * Both adapters of a client, trained on the same batches. Each has its own loss, gradients of it alone, clipping and moments, and takes the steps
 * that it would take by itself if the other one came along as a constant.
 */
import type { Lesson } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example, TaskModel } from "../models/languageModel.ts";
import { clipFactor } from "../optim/clipByGlobalNorm.ts";
import { type Both, joined, parted, SLOTS } from "./bothAdapters.ts";
import { downloadAdapter, sumOnDevice, uploadAdapter } from "./deviceAdapter.ts";
import { createGradientTerms } from "./gradientTerms.ts";
import { gradientsBy, type Learner, type LearnerSettings, type LossAndGradients, passOf, ratesOf } from "./learner.ts";
import { createObjective, meanLossOf, type Taught } from "./objective.ts";
import { type StepsRun, type TrainingOutcome, takeSteps } from "./trainAdapter.ts";

type Slot = (typeof SLOTS)[number];

/** What each learns; `merged` is frozen and active beside both, of any rank. */
export type BothTask = Both<Lesson> & { readonly merged: NamedTensors | null };

/** Below it float32 knows no loss but 0; it keeps what is divided by losses finite. */
const LEAST_LOSS = 1e-6;

/**
 * As trainAdapter.ts trains one. The outcome's adapter is {@link joined}, its loss the mean of both, and its tokens count every row twice, as it is read.
 * @throws {RangeError} in a team, whose members would each weigh by a batch of their own, and with privacy, which counts one adapter a sample.
 */
export async function trainBoth(
  model: TaskModel,
  examples: readonly Example[],
  start: Both<NamedTensors>,
  run: StepsRun & BothTask,
): Promise<TrainingOutcome> {
  if (run.team) throw new RangeError("A team cannot train two adapters on the same batches");
  if (run.privacy) throw new RangeError("With differential privacy two adapters cannot be trained on the same samples");
  const from = run.keeping?.from?.adapter;
  const learner = createBoth(model, examples, from ? parted(from) : start, run, run);
  const onStep: StepsRun["onStep"] = (done, loss, tokens) => run.onStep(done, loss, SLOTS.length * tokens);
  const { tokens, ...outcome } = await takeSteps(model, examples, learner, { ...run, onStep });
  return { ...outcome, tokens: SLOTS.length * tokens };
}

function createBoth(
  model: TaskModel,
  examples: readonly Example[],
  start: Both<NamedTensors>,
  task: BothTask,
  settings: LearnerSettings,
): Learner {
  const upload = (tensors: NamedTensors, trainable: boolean) => uploadAdapter(tensors, { scale: settings.scale, trainable });
  const adapters = ofEach((slot) => upload(start[slot], true));
  const merged = task.merged && upload(task.merged, false);
  const objectives = ofEach((slot) => createObjective(model, examples, task[slot].balanced ?? false));
  const moving = joined(ofEach((slot) => new Map([...start[slot].keys()].map((key, i) => [key, variableAt(slot, i)]))));
  const terms = createGradientTerms(moving, { proximal: null, control: null });
  const teaches = SLOTS.some((slot) => task[slot].distill);

  function variableAt(slot: Slot, index: number): tf.Variable {
    const variable = adapters[slot].variables[index];
    if (!variable) throw new RangeError("An adapter has fewer variables than tensors");
    return variable;
  }

  /** What the forward pass of a slot sees. */
  function seenBy(slot: Slot): DeviceAdapter {
    const { active } = task[slot];
    const other = otherThan(slot);
    return sumOnDevice(
      { adapter: adapters[slot], weight: active?.[slot] ?? 1 },
      ...(active?.[other] ? [{ adapter: adapters[other], weight: active[other] }] : []),
      ...(merged ? [{ adapter: merged, weight: 1 }] : []),
    );
  }

  /** What both answer to a batch before its step, piece by piece, and over what the weights of learning from it are divided. */
  function answersTo(pieces: readonly (readonly Example[])[]) {
    const logits = ofEach((slot) => pieces.map((rows) => model.logits(rows, seenBy(slot), null)));
    const [personal, shared] = SLOTS.map((slot) => meanLossOf(model, pieces, logits[slot]));
    return { logits, losses: tf.maximum(tf.add(personal as tf.Scalar, shared as tf.Scalar), LEAST_LOSS) as tf.Scalar };
  }

  return {
    variables: [...moving.values()],
    rates: SLOTS.flatMap((slot) => ratesOf([...start[slot].keys()], settings)),
    terms,
    on(pieces) {
      const answers = teaches ? answersTo(pieces) : null;
      const taught = (slot: Slot, piece: number): Taught | null => {
        const { distill } = task[slot];
        const logits = answers?.logits[otherThan(slot)][piece];
        if (!distill || !answers || !logits) return null;
        return { logits, temperature: distill.temperature, weight: tf.div(distill.weight, answers.losses) };
      };
      return (piece, seed) => {
        const rows = pieces[piece] ?? [];
        const each = SLOTS.map((slot) => {
          const loss = objectives[slot](rows, taught(slot, piece));
          return gradientsBy(adapters[slot].variables, () => loss(seenBy(slot), passOf(settings, seed)));
        });
        return meanOf(each);
      };
    },
    ofRows: null,
    clipped(gradients, norm) {
      const own = adapters.personal.variables.length;
      const parts = [gradients.slice(0, own), gradients.slice(own)];
      return { gradients: parts.flatMap((part) => clippedTo(part, norm)) };
    },
    read: async () => {
      const [personal, shared] = await Promise.all(SLOTS.map((slot) => downloadAdapter(adapters[slot], start[slot])));
      return joined({ personal: personal as NamedTensors, shared: shared as NamedTensors });
    },
    dispose() {
      terms.dispose();
      for (const owned of [merged, adapters.personal, adapters.shared]) owned?.dispose();
    },
  };
}

const otherThan = (slot: Slot): Slot => (slot === "personal" ? "shared" : "personal");

const ofEach = <T>(make: (slot: Slot) => T): Both<T> => ({ personal: make("personal"), shared: make("shared") });

function clippedTo(gradients: readonly tf.Tensor[], norm: number): readonly tf.Tensor[] {
  const factor = clipFactor(gradients, norm);
  return gradients.map((gradient) => tf.mul(gradient, factor));
}

/** Gradients one after the other, and the mean loss. */
const meanOf = (each: readonly LossAndGradients[]): LossAndGradients => ({
  loss: tf.mean<tf.Scalar>(tf.stack(each.map(({ loss }) => loss))),
  gradients: each.flatMap(({ gradients }) => gradients),
});
