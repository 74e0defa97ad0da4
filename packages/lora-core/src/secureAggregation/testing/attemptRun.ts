/** A whole attempt with real participants and a real aggregator: what tests play, alter and record. */
import { random } from "../../tensors/random.ts";
import { type BelowThreshold, createAggregator, type Recovery } from "../aggregator.ts";
import type { AttemptTerms } from "../attempt.ts";
import { newIdentity } from "../identity.ts";
import type { KeyPair } from "../keyAgreement.ts";
import { addMasks, addVector } from "../keystream.ts";
import { openParticipant, type Participant, type ParticipantState } from "../participant.ts";
import type { RandomBytes } from "../randomBytes.ts";
import { lengthOf } from "../vectorLayout.ts";

export const PHASES = ["keys", "shares", "input", "agree", "unmask"] as const;
/** The phase before which a client vanishes; the length of {@link PHASES} for one that stays. */
export type Vanishing = 0 | 1 | 2 | 3 | 4 | 5;

export interface Cast {
  readonly terms: AttemptTerms;
  readonly clients: readonly string[];
  readonly keys: ReadonlyMap<string, KeyPair>;
  readonly identities: ReadonlyMap<string, Uint8Array>;
  readonly randomBytes: RandomBytes;
}

/** Reproducible bytes. */
export function seededBytes(seed: number): RandomBytes {
  const draw = random(seed, "secure aggregation");
  return (length) => Uint8Array.from({ length }, () => Math.floor(256 * draw()));
}

/** Terms of an attempt over vectors of `length` counts. */
export function termsOf(length: number, changed: Partial<AttemptTerms> = {}): AttemptTerms {
  const layout = {
    clients: 1000,
    groups: [{ kind: "count" as const, name: "values", length, max: 4_000_000, modulusBits: 32 as const }],
  };
  return { federationId: "ward", round: 3, attempt: 1, coordinator: "curious", layout, ...changed };
}

export function castOf(terms: AttemptTerms, count: number, randomBytes: RandomBytes = seededBytes(count)): Cast {
  const clients = Array.from({ length: count }, (_, i) => `client-${String(i).padStart(4, "0")}`);
  const keys = new Map(clients.map((client) => [client, newIdentity(randomBytes)]));
  const identities = new Map([...keys].map(([client, { publicKey }]) => [client, publicKey]));
  return { terms, clients, keys, identities, randomBytes };
}

/** A new participant; `keep` is given each of its states. */
export async function joinAs(
  { terms, keys, identities, randomBytes }: Cast,
  client: string,
  keep: (state: ParticipantState) => void = () => undefined,
): Promise<Participant> {
  const identity = keys.get(client) as KeyPair;
  return await openParticipant({ terms, client, identity, identities, randomBytes }, null, async (state) => keep(state));
}

/** Every client's vector: `values` by its place. */
export type VectorOf = (place: number) => Uint32Array;

export type Ending = { readonly kind: "sum"; readonly sum: Uint32Array; readonly survivors: readonly string[] } | BelowThreshold;

/** Plays all phases; `vanishing` by the client's place. */
export async function playAttempt(cast: Cast, vectorOf: VectorOf, vanishing: readonly Vanishing[] = []): Promise<Ending> {
  const { terms, clients, identities } = cast;
  const coordinator = createAggregator(terms, identities);
  const here = (phase: number) => clients.filter((_, place) => (vanishing[place] ?? PHASES.length) > phase);
  const participants = new Map<string, Participant>();
  const of = (client: string) => participants.get(client) as Participant;
  for (const client of here(0)) {
    participants.set(client, await joinAs(cast, client));
    await coordinator.takeKeys(client, await of(client).announce());
  }
  const keyList = coordinator.closeKeys();
  if (keyList.kind !== "closed") return keyList;
  for (const client of here(1)) coordinator.takeShares(client, await of(client).share(keyList.value));
  const deliveries = coordinator.closeShares();
  if (deliveries.kind !== "closed") return deliveries;
  const sum = new Uint32Array(lengthOf(terms.layout));
  for (const client of here(2)) {
    const delivery = deliveries.value.get(client);
    if (!delivery) throw new Error("no delivery");
    const masked = await of(client).mask(delivery, vectorOf(clients.indexOf(client)));
    coordinator.takeInput(client);
    addVector(sum, masked);
  }
  const survivors = coordinator.closeInputs();
  if (survivors.kind !== "closed") return survivors;
  for (const client of here(3)) await coordinator.takeAgreement(client, await of(client).agree(survivors.value));
  const agreements = coordinator.closeAgreements();
  if (agreements.kind !== "closed") return agreements;
  for (const client of here(4)) coordinator.takeRevelation(client, await of(client).unmask(agreements.value));
  return await freed(await coordinator.closeRevelations(), sum);
}

async function freed(recovery: Recovery, sum: Uint32Array): Promise<Ending> {
  if (recovery.kind === "wrongShares") throw new Error(`wrong shares: ${recovery.culprits.join()}`);
  if (recovery.kind === "belowThreshold") return recovery;
  await addMasks(sum, recovery.masks);
  return { kind: "sum", sum, survivors: recovery.survivors };
}
