/** A training of a round's plan: with its seed, its place in the journal and its progress. */
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { LocalStep, TrainBothStep, TrainStep } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { stepsOf } from "./batches.ts";
import type { Client } from "./client.ts";
import type { TrainingTask } from "./learner.ts";
import { withRowsOfAll } from "./ownRows.ts";
import { rate } from "./roundReport.ts";
import type { Running } from "./running.ts";
import { type StepsRun, type TrainingOutcome, trainAdapter } from "./trainAdapter.ts";
import { trainingSettings } from "./trainingSettings.ts";
import type { TrainingState } from "./trainingState.ts";

/** A step in its round. */
export interface Place<Step extends LocalStep = LocalStep> {
  readonly step: Step;
  readonly index: number;
  readonly round: number;
  /** SCAFFOLD's c. */
  readonly common: NamedTensors | null;
}

/** One adapter, by this device or its team. */
export function trainFrom(
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
export async function train(
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
  const place = { slot: what, planStep: index };
  const trained = journal.once("trained", name, () => {
    const keeping = journal.training(name, steps);
    const run = (): StepsRun => {
      const startedAt = performance.now();
      report.progress("training", { ...place, step: keeping.from?.done ?? 0, steps });
      return {
        ...{ steps, ...trainingSettings(setup), seed, privacy: meter, keeping },
        beforeStep: () => control.checkIn(),
        onStep: (step, loss, tokens) => {
          const taken = keeping.seconds + (performance.now() - startedAt) / 1000;
          report.progress("training", { ...place, step, steps, loss, tokensPerSecond: rate(tokens, taken) });
        },
      };
    };
    return take({ name, steps, seed, from: keeping.from, run });
  });
  const { result, seconds } = await report.timed("steps", () => trained);
  report.trained(what, result, seconds);
  return result;
}

export const seedOf = ({ setup }: Client, what: string, round: number, index: number): number =>
  Math.floor(random(setup.clientSeed, what, round, index)() * 2 ** 31);
