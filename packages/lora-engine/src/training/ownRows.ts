/** Label prototypes that nobody has put a row into yet start from the rows at hand: a client's, or those of all members of a team. */
import { isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import type { TeamAverages } from "@duet/lora-core/contract/teamTraining";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Example, TaskModel } from "../models/languageModel.ts";

interface Rows {
  readonly model: TaskModel;
  readonly examples: { readonly train: readonly Example[] };
}

/** The same adapter where there is nothing to put in. */
export async function withOwnRows(client: Rows, adapter: NamedTensors): Promise<NamedTensors> {
  const key = emptyPrototypes(adapter);
  return key === null ? adapter : new Map([...adapter, [key, await prototypesOf(client)]]);
}

/** The same of all members' rows: the mean of what each makes of its own, weighted by their number, is what all rows make. */
export async function withRowsOfAll(
  client: Rows,
  adapter: NamedTensors,
  team: Pick<TeamAverages, "average">,
): Promise<NamedTensors> {
  const key = emptyPrototypes(adapter);
  if (key === null) return adapter;
  const { shape, data } = await prototypesOf(client);
  const { values } = await team.average(0, { values: data, weight: client.examples.train.length });
  return new Map([...adapter, [key, { shape, data: values }]]);
}

function prototypesOf({ model, examples }: Rows): Promise<HostTensor> {
  if (!model.prototypesOf) throw new RangeError("Label prototypes are of tasks with labels on an encoder");
  return model.prototypesOf(examples.train);
}

function emptyPrototypes(adapter: NamedTensors): string | null {
  const [key, labels] = [...adapter].find(([name]) => isPrototypes(name)) ?? [];
  return key && labels?.data.every((value) => value === 0) ? key : null;
}
