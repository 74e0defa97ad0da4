/** An attempt up to a phase, with everything that was sent, for tests that go on with something else. */
import { type Aggregator, type Closed, createAggregator } from "../aggregator.ts";
import type { Agreements, Delivery, KeyList, Survivors } from "../messages.ts";
import type { Participant, ParticipantState } from "../participant.ts";
import { lengthOf } from "../vectorLayout.ts";
import { type Cast, joinAs } from "./attemptRun.ts";

export interface Stage {
  readonly cast: Cast;
  readonly coordinator: Aggregator;
  readonly participants: ReadonlyMap<string, Participant>;
  /** Everything that each device kept, in order. */
  readonly states: ReadonlyMap<string, readonly ParticipantState[]>;
  readonly keyList: KeyList;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly masked: ReadonlyMap<string, Uint32Array>;
  readonly survivors: Survivors;
  readonly agreements: Agreements;
}

const NOTHING = {
  keyList: { entries: [] },
  deliveries: new Map(),
  masked: new Map(),
  survivors: { members: [] },
  agreements: { entries: [] },
};

interface Part {
  /** Who sends no masked vector, and nothing after. */
  readonly late?: readonly string[];
  /** Of all zeros where it is not given. */
  readonly vectorOf?: (client: string) => Uint32Array;
}

/** All clients have done the phases before `phase`, and the coordinator has closed them. */
export async function stageBefore(
  phase: "shares" | "input" | "agree" | "unmask",
  cast: Cast,
  { late = [], vectorOf = () => new Uint32Array(lengthOf(cast.terms.layout)) }: Part = {},
): Promise<Stage> {
  const coordinator = createAggregator(cast.terms, cast.identities);
  const participants = new Map<string, Participant>();
  const states = new Map(cast.clients.map((client): [string, ParticipantState[]] => [client, []]));
  for (const client of cast.clients) {
    participants.set(client, await joinAs(cast, client, (state) => void states.get(client)?.push(state)));
  }
  const everybody = [...participants];
  for (const [client, participant] of everybody) await coordinator.takeKeys(client, await participant.announce());
  let stage: Stage = { ...NOTHING, cast, coordinator, participants, states, keyList: closed(coordinator.closeKeys()) };
  if (phase === "shares") return stage;
  for (const [client, participant] of everybody) coordinator.takeShares(client, await participant.share(stage.keyList));
  stage = { ...stage, deliveries: closed(coordinator.closeShares()) };
  if (phase === "input") return stage;
  const masked = new Map<string, Uint32Array>();
  for (const [client, participant] of everybody) {
    masked.set(client, await participant.mask(stage.deliveries.get(client) as Delivery, vectorOf(client)));
    if (!late.includes(client)) coordinator.takeInput(client);
  }
  stage = { ...stage, masked, survivors: closed(coordinator.closeInputs()) };
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
