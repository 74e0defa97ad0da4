/** The accuracies of a finished federation, measured on whole test parts. */
import type { Row } from "@duet/lora-core/data/task";
import type { LanguageModel } from "@duet/lora-core/models/languageModel";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Rehearsal } from "./rehearsal.ts";
import type { SimulatedClient } from "./runResult.ts";
import { type ServedAccuracy, servedAccuracy } from "./servedAccuracy.ts";

/** Rows of other clients that a served adapter is tried on. */
const CROSS_ROWS = 96;

/** Per client. */
export interface Scores {
  /** Of what it serves, on its own test rows. */
  readonly own: readonly ServedAccuracy[];
  /** Of what it would have served after the best round; on the same rows. */
  readonly best: readonly ServedAccuracy[];
  /** On rows of the other clients, its own where it is alone. */
  readonly others: readonly ServedAccuracy[];
  /** Of those that have such rows. */
  readonly unseen: readonly ServedAccuracy[];
}

/** The model stays the caller's. */
export async function scoresOf(
  model: LanguageModel,
  clients: readonly SimulatedClient[],
  best: Rehearsal | undefined,
  lastRound: number,
): Promise<Scores> {
  const score = (adapters: (i: number) => NamedTensors | null | undefined, rows: (member: SimulatedClient) => readonly Row[]) =>
    scoresOn(model, clients, adapters, rows);
  const served = (i: number) => clients[i]?.client.served;
  const test = ({ data }: SimulatedClient) => data.split.test;
  const own = await score(served, test);
  return {
    own,
    // What was rehearsed after the last round is what was done then.
    best: best?.round === lastRound ? own : await score((i) => best?.served?.[i], test),
    others: await score(served, (member) => rowsOfOthers(member, clients)),
    unseen: await score(served, ({ data }) => data.unseen),
  };
}

/** One score for every client that has an adapter and rows. */
async function scoresOn(
  model: LanguageModel,
  clients: readonly SimulatedClient[],
  adapterOf: (index: number) => NamedTensors | null | undefined,
  rowsOf: (member: SimulatedClient) => readonly Row[],
): Promise<readonly ServedAccuracy[]> {
  const scores: ServedAccuracy[] = [];
  for (const [index, member] of clients.entries()) {
    const adapter = adapterOf(index);
    const rows = rowsOf(member);
    if (adapter && rows.length > 0) scores.push(await servedAccuracy(member.client, model, adapter, rows));
  }
  return scores;
}

function rowsOfOthers(member: SimulatedClient, clients: readonly SimulatedClient[]): readonly Row[] {
  const others = clients.length === 1 ? clients : clients.filter(({ id }) => id !== member.id);
  return others.flatMap(({ data }) => data.split.test.slice(0, Math.ceil(CROSS_ROWS / others.length)));
}
