/** What clients serve at the end of a federation, tried on rows that are not their own. */
import type { Row } from "@duet/lora-core/data/row";
import type { LanguageModel } from "@duet/lora-engine/models/languageModel";
import { type ServedAccuracy, servedAccuracy } from "./servedAccuracy.ts";
import type { SimulatedClient } from "./simulatedClient.ts";

/** Rows of other clients that a served adapter is tried on. */
const CROSS_ROWS = 96;

/** Per client. */
export interface Scores {
  /** On rows of the other clients, its own where it is alone. */
  readonly others: readonly ServedAccuracy[];
  /** Of those that have such rows. */
  readonly unseen: readonly ServedAccuracy[];
}

/** Of what the clients serve. The model stays the caller's. */
export async function scoresOf(model: LanguageModel, clients: readonly SimulatedClient[]): Promise<Scores> {
  return {
    others: await scoresOn(model, clients, (member) => rowsOfOthers(member, clients)),
    unseen: await scoresOn(model, clients, ({ data }) => data.unseen),
  };
}

/** One score for every client that has such rows. */
async function scoresOn(
  model: LanguageModel,
  clients: readonly SimulatedClient[],
  rowsOf: (member: SimulatedClient) => readonly Row[],
): Promise<readonly ServedAccuracy[]> {
  const scores: ServedAccuracy[] = [];
  for (const member of clients) {
    const { served } = member.client;
    const rows = rowsOf(member);
    if (served && rows.length > 0) scores.push(await servedAccuracy(member.client, model, served, rows));
  }
  return scores;
}

/** A share of them of every other client; its own of a client that is alone. */
export function rowsOfOthers(member: SimulatedClient, clients: readonly SimulatedClient[]): readonly Row[] {
  const others = clients.length === 1 ? clients : clients.filter(({ id }) => id !== member.id);
  return others.flatMap(({ data }) => data.split.test.slice(0, Math.ceil(CROSS_ROWS / others.length)));
}
