/** A device's part in the trainings that its team takes together: as the leader, whose round they are of, and as a member that helps. */
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { TeamAverages, TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import { random } from "@duet/lora-core/tensors/random";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { withRowsOfAll } from "./ownRows.ts";
import type { RunControl } from "./runControl.ts";
import { type OrderedTraining, orderContent, orderedTraining, stateBytes, stateOf } from "./teamOrder.ts";
import type { TeamSteps } from "./teamSteps.ts";
import { type TrainingOutcome, trainAdapter } from "./trainAdapter.ts";
import { trainingSettings } from "./trainingSettings.ts";
import type { TrainingState } from "./trainingState.ts";

/** What this device has helped with last: a leader that was a member before need not train it again. */
export interface HelpedTraining {
  readonly name: string;
  readonly outcome: TrainingOutcome;
}

/** A round's trainings as its leader takes them. */
export interface TeamTrainings extends Pick<TeamLead, "rowsEach"> {
  /** What this training of the round has come to already; null where it has to be begun. */
  finished(name: string): TrainingOutcome | null;
  /** Hands it to the others. */
  begin(
    training: OrderedTraining & Pick<TrainingOrder, "name" | "steps"> & { readonly from: TrainingState | null },
  ): Promise<TeamSteps>;
}

export function leadTrainings(lead: TeamLead, helped: HelpedTraining | null): TeamTrainings {
  const nameOf = (name: string) => `${lead.scope} ${name}`;
  return {
    rowsEach: () => lead.rowsEach(),
    finished: (name) => (helped?.name === nameOf(name) ? helped.outcome : null),
    async begin({ name, steps, from, ...ordered }) {
      const { every } = lead;
      const content = orderContent(ordered);
      await lead.begin({ name: nameOf(name), steps, every, content }, from?.done ?? 0, from && stateBytes(from));
      return stepsOf(lead, every);
    },
  };
}

/** Who helps: a client's rows, and what it trains. */
export interface Helper {
  readonly setup: EngineSetup;
  readonly model: TaskModel;
  readonly examples: { readonly train: readonly Example[] };
}

/**
 * Takes a training that somebody else leads on this client's rows; the same outcome as there. `state` is where it goes on, null at its beginning.
 * @throws {DuetError} STOPPED once it is left out, or cancelled; LOSS_NOT_FINITE.
 */
export async function helpTraining(
  { setup, model, examples }: Helper,
  { name, steps, every, content }: TrainingOrder,
  state: Uint8Array | null,
  averages: TeamAverages,
  control: RunControl,
  onStep: (step: number, tokens: number) => void,
): Promise<HelpedTraining> {
  const { start, seed, task } = orderedTraining(content);
  const from = state && stateOf(state);
  const begun = from ? start : await withRowsOfAll({ model, examples }, start, averages);
  const outcome = await trainAdapter(model, examples.train, begun, {
    ...task,
    steps,
    ...trainingSettings(setup),
    seed: Math.floor(random(setup.clientSeed, "team", seed)() * 2 ** 31),
    team: stepsOf(averages, every),
    beforeStep: () => control.checkIn(),
    onStep: (done, _loss, tokens) => onStep(done, tokens),
    keeping: { from, betweenSteps: async () => {} },
  });
  return { name, outcome };
}

const stepsOf = (averages: TeamAverages, every: number): TeamSteps => ({
  every,
  average: (step, own) => averages.average(step, own),
  async averaged(step, read) {
    if (await averages.isAwaited()) await averages.admit(step, stateBytes(await read()));
  },
});
