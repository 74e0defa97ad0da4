/** An attempt up to a phase, with everything that was sent, for tests that go on with something else. */
import { type Aggregator, type Closed, createAggregator } from "../aggregator.ts";
import type { Agreements, Delivery, KeyList, Survivors } from "../messages.ts";
import type { Participant } from "../participant.ts";
import { lengthOf } from "../vectorLayout.ts";
import { type Cast, joinAs } from "./attemptRun.ts";

export interface Stage {
  readonly cast: Cast;
  readonly coordinator: Aggregator;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly keyList: KeyList;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly survivors: Survivors;
  readonly agreements: Agreements;
}

const NOTHING = { keyList: { entries: [] }, deliveries: new Map(), survivors: { members: [] }, agreements: { entries: [] } };

/** All clients have done the phases before `phase`, and the coordinator has closed them; `late` send no masked vector. */
export async function stageBefore(
  phase: "shares" | "input" | "agree" | "unmask",
  cast: Cast,
  late: readonly string[] = [],
): Promise<Stage> {
  const coordinator = createAggregator(cast.terms, cast.identities);
  const participants = new Map<string, Participant>();
  for (const client of cast.clients) participants.set(client, await joinAs(cast, client));
  const everybody = [...participants];
  for (const [client, participant] of everybody) await coordinator.takeKeys(client, await participant.announce());
  let stage: Stage = { ...NOTHING, cast, coordinator, participants, keyList: closed(coordinator.closeKeys()) };
  if (phase === "shares") return stage;
  for (const [client, participant] of everybody) coordinator.takeShares(client, await participant.share(stage.keyList));
  stage = { ...stage, deliveries: closed(coordinator.closeShares()) };
  if (phase === "input") return stage;
  for (const [client, participant] of everybody) {
    await participant.mask(stage.deliveries.get(client) as Delivery, new Uint32Array(lengthOf(cast.terms.layout)));
    if (!late.includes(client)) coordinator.takeInput(client);
  }
  stage = { ...stage, survivors: closed(coordinator.closeInputs()) };
  if (phase === "agree") return stage;
  for (const [client, participant] of everybody) {
    if (!late.includes(client)) await coordinator.takeAgreement(client, await participant.agree(stage.survivors));
  }
  return { ...stage, agreements: closed(coordinator.closeAgreements()) };
}

function closed<T>(outcome: Closed<T>): T {
  if (outcome.kind === "closed") return outcome.value;
  throw new Error(`${outcome.have} of ${outcome.needed}`);
}
