/**
 * One client in one attempt at a secure sum: keys → shares → masked input → agree → unmask. It believes nothing that it receives, and
 * gives out at most one secret of each client.
 *
 * **Reloads.** The state is kept (`keep`, awaited) before the message made from it is returned. So a tab that comes back has the secrets of
 * whatever it may have sent; one that was not kept was not sent either. Each step can be asked for again with the same content and gives
 * the same message, byte for byte; with other content it is refused. So no mask is ever on two vectors: once `mask` was kept, a later one
 * gives the kept bytes, whatever vector it is called with.
 *
 * **What is forgotten.** Secret keys and seed after masking, the masked vector once U3 is known, the shares of others once they are revealed.
 */
import type { SumList } from "../errors/secureSentences.ts";
import { announce, checkKeyList, checkSize, type Identities, keyListDigest, sameBytes } from "./announcement.ts";
import { type AttemptTerms, termsDigest, thresholdOf } from "./attempt.ts";
import { sign } from "./identity.ts";
import { KEY_BYTES, type KeyPair, newKeyPair } from "./keyAgreement.ts";
import { addMasks, type Mask } from "./keystream.ts";
import { checkMembers, checkSurvivors, holdersOf, survivorsBytes } from "./members.ts";
import type {
  Agreement,
  Agreements,
  Delivery,
  KeyAnnouncement,
  KeyEntry,
  KeyList,
  Revelation,
  SecretShares,
  Survivors,
} from "./messages.ts";
import { type MaskingGraph, maskingGraph } from "./neighbours.ts";
import { boxContext, boxKey, pairMask, selfMask } from "./pairwise.ts";
import type { RandomBytes } from "./randomBytes.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";
import { type HeldShares, openShares, sealShares, shareDigest, splitSecret } from "./shares.ts";
import { lengthOf } from "./vectorLayout.ts";

export interface ParticipantSetup {
  readonly terms: AttemptTerms;
  readonly client: string;
  readonly identity: KeyPair;
  /** Everybody's, as this device knows them; keys of others are refused. */
  readonly identities: Identities;
  readonly randomBytes: RandomBytes;
}

/** Plain data for the device's storage (structured clone); it holds secrets. */
export interface ParticipantState {
  readonly federationId: string;
  readonly round: number;
  readonly attempt: number;
  readonly client: string;
  readonly termsDigest: Uint8Array;
  readonly announcement: KeyAnnouncement;
  /** Null once they are not needed any more. */
  readonly secrets: { readonly shareKey: Uint8Array; readonly maskKey: Uint8Array; readonly seed: Uint8Array } | null;
  readonly shared: { readonly keyList: KeyList; readonly message: SecretShares } | null;
  readonly masked: { readonly members: readonly string[]; readonly vector: Uint32Array<ArrayBuffer> | null } | null;
  /** Shares of the secrets of others, and of its own. */
  readonly held: readonly (HeldShares & { readonly of: string })[];
  readonly agreed: { readonly members: readonly string[]; readonly message: Agreement } | null;
  readonly revealed: Revelation | null;
}

/** All methods reject with {@link SecureAggregationError}, and then nothing was given out. */
export interface Participant {
  /** The keys of this attempt. */
  announce(): Promise<KeyAnnouncement>;
  /** Takes U1, gives shares for each neighbour. */
  share(keyList: KeyList): Promise<SecretShares>;
  /** Takes U2 and the others' shares, gives `vector` (not changed) under masks. */
  mask(delivery: Delivery, vector: Uint32Array): Promise<Uint32Array<ArrayBuffer>>;
  /** Takes U3, gives a signature over it. */
  agree(survivors: Survivors): Promise<Agreement>;
  /** Takes the signatures of the others, gives the shares that free the sum. */
  unmask(agreements: Agreements): Promise<Revelation>;
}

/**
 * Begins an attempt, or goes on with the one of `kept`, the state that was kept last on this device for this federation.
 * @throws {SecureAggregationError} "used attempt": `kept` is of a later attempt, or of this one under other terms. "already revealed": in an
 * earlier attempt of this round the coordinator could have had the sum; with another one, over one client fewer, it would have that
 * client's update.
 */
export async function openParticipant(
  setup: ParticipantSetup,
  kept: ParticipantState | null,
  keep: (state: ParticipantState) => Promise<void>,
): Promise<Participant> {
  const before = resumed(setup, kept);
  let current = before ?? begin(setup);
  if (!before) await keep(current);
  let last: Promise<unknown> = Promise.resolve();
  /** One step at a time: what it makes is kept, then given. */
  function step<T>(run: (state: ParticipantState) => Promise<readonly [ParticipantState, T]>): Promise<T> {
    const next = last.then(async () => {
      const [after, message] = await run(current);
      if (after !== current) await keep(after);
      current = after;
      return message;
    });
    last = next.catch(() => undefined);
    return next;
  }
  return {
    announce: () => step(async (state) => [state, state.announcement]),
    share: (keyList) => step((state) => share(setup, state, keyList)),
    mask: (delivery, vector) => step((state) => mask(setup, state, delivery, vector)),
    agree: (survivors) => step(async (state) => agree(setup, state, survivors)),
    unmask: (agreements) => step((state) => unmask(setup, state, agreements)),
  };
}

type Step<T> = readonly [ParticipantState, T];

function resumed({ terms, client }: ParticipantSetup, kept: ParticipantState | null): ParticipantState | null {
  if (!kept || kept.federationId !== terms.federationId) return null;
  const order = kept.round - terms.round || kept.attempt - terms.attempt;
  if (order < 0 && kept.round === terms.round && kept.revealed) {
    throw new SecureAggregationError("already revealed", ["inSumAlready", terms.round]);
  }
  if (order < 0) return null;
  const same = order === 0 && kept.client === client && sameBytes(kept.termsDigest, termsDigest(terms));
  if (same) return kept;
  throw new SecureAggregationError("used attempt", ["attemptOver", terms.attempt, terms.round]);
}

function begin({ terms, client, identity, randomBytes }: ParticipantSetup): ParticipantState {
  const shareKey = newKeyPair(randomBytes);
  const maskKey = newKeyPair(randomBytes);
  const publicKeys = { shareKey: shareKey.publicKey, maskKey: maskKey.publicKey };
  const { federationId, round, attempt } = terms;
  return {
    federationId,
    round,
    attempt,
    client,
    termsDigest: termsDigest(terms),
    announcement: announce(terms, client, publicKeys, identity.secretKey),
    secrets: { shareKey: shareKey.secretKey, maskKey: maskKey.secretKey, seed: randomBytes(KEY_BYTES) },
    shared: null,
    masked: null,
    held: [],
    agreed: null,
    revealed: null,
  };
}

async function share(setup: ParticipantSetup, state: ParticipantState, keyList: KeyList): Promise<Step<SecretShares>> {
  const { terms, client, identities } = setup;
  if (state.shared) {
    const same = sameBytes(keyListDigest(terms, keyList), keyListDigest(terms, state.shared.keyList));
    return [state, repeated(same, "keys", state.shared.message)];
  }
  await checkKeyList(terms, identities, keyList);
  checkOwnEntry(state, keyList);
  const { secrets } = state;
  if (!secrets) throw outOfOrder();
  const graph = graphOf(terms, keyList);
  const holders = holdersOf(graph, client);
  const seeds = await splitSecret(secrets.seed, holders.length, graph.shareThreshold);
  const maskKeys = await splitSecret(secrets.maskKey, holders.length, graph.shareThreshold);
  const pieces = holders.map((to, i) => ({ to, maskKey: maskKeys[i] as Uint8Array, seed: seeds[i] as Uint8Array }));
  const sealed = await Promise.all(
    pieces
      .filter(({ to }) => to !== client)
      .map(async (piece) => ({
        to: piece.to,
        box: await sealFor(setup, secrets.shareKey, entryOf(keyList, piece.to), piece),
        ...digestsOf(piece),
      })),
  );
  const own = pieces.find(({ to }) => to === client) as HeldShares;
  const message = { seedCommitment: shareDigest(secrets.seed), own: digestsOf(own), sealed };
  const held = [{ of: client, maskKey: own.maskKey, seed: own.seed }];
  return [{ ...state, shared: { keyList, message }, held }, message];
}

async function mask(
  setup: ParticipantSetup,
  state: ParticipantState,
  delivery: Delivery,
  vector: Uint32Array,
): Promise<Step<Uint32Array<ArrayBuffer>>> {
  const { terms, client } = setup;
  if (state.masked) {
    if (!state.masked.vector) throw outOfOrder();
    return [state, repeated(sameList(delivery.members, state.masked.members), "clients", state.masked.vector)];
  }
  const { shared, secrets } = state;
  if (!shared || !secrets) throw outOfOrder();
  if (vector.length !== lengthOf(terms.layout)) {
    throw new RangeError(`mask: ${vector.length} values, expected ${lengthOf(terms.layout)}`);
  }
  const graph = graphOf(terms, shared.keyList);
  const { members } = delivery;
  checkMembers(terms, graph, { before: [...graph.neighbours.keys()], owners: members, members });
  checkIncluded(client, members);
  const peers = (graph.neighbours.get(client) ?? []).filter((peer) => members.includes(peer));
  if (
    !sameList(
      delivery.sealed.map(({ from }) => from),
      peers,
    )
  ) {
    throw new SecureAggregationError("wrong neighbours", ["sharesOfOthers"]);
  }
  const received = await Promise.all(delivery.sealed.map((sealed) => openFrom(setup, shared.keyList, secrets.shareKey, sealed)));
  const pairs = peers.map((peer) => pairMask(terms, client, secrets.maskKey, peer, entryOf(shared.keyList, peer).maskKey));
  const masks: readonly Mask[] = [selfMask(terms, client, secrets.seed), ...(await Promise.all(pairs))];
  const masked = new Uint32Array(vector);
  await addMasks(masked, masks);
  const after = { ...state, secrets: null, masked: { members, vector: masked }, held: [...state.held, ...received] };
  return [after, masked];
}

function agree({ terms, client, identity }: ParticipantSetup, state: ParticipantState, { members }: Survivors): Step<Agreement> {
  if (state.agreed) return [state, repeated(sameList(members, state.agreed.members), "survivors", state.agreed.message)];
  const { shared, masked } = state;
  if (!shared || !masked) throw outOfOrder();
  checkMembers(terms, graphOf(terms, shared.keyList), { before: masked.members, owners: masked.members, members });
  checkIncluded(client, members);
  const message = { signature: sign(identity.secretKey, signedBytes(terms, shared.keyList, masked.members, members)) };
  return [{ ...state, masked: { ...masked, vector: null }, agreed: { members, message } }, message];
}

async function unmask(
  { terms, identities }: ParticipantSetup,
  state: ParticipantState,
  { entries }: Agreements,
): Promise<Step<Revelation>> {
  if (state.revealed) return [state, state.revealed];
  const { shared, masked, agreed } = state;
  if (!shared || !masked || !agreed) throw outOfOrder();
  const survivors = new Set(agreed.members);
  const signed = signedBytes(terms, shared.keyList, masked.members, agreed.members);
  const stranger = entries.find(({ client }) => !survivors.has(client))?.client;
  if (stranger !== undefined) throw new SecureAggregationError("unknown client", ["notAmongSurvivors", stranger], stranger);
  await Promise.all(entries.map(({ client, signature }) => checkSurvivors(identities, client, signed, signature)));
  checkSize("agreeing", entries.length, thresholdOf(terms, shared.keyList.entries.length));
  const sharing = new Set(masked.members);
  const held = state.held.filter(({ of }) => sharing.has(of)).toSorted((a, b) => (a.of < b.of ? -1 : 1));
  const message = {
    seeds: held.filter(({ of }) => survivors.has(of)).map(({ of, seed }) => ({ of, share: seed })),
    maskKeys: held.filter(({ of }) => !survivors.has(of)).map(({ of, maskKey }) => ({ of, share: maskKey })),
  };
  return [{ ...state, held: [], revealed: message }, message];
}

/** Of a step that was taken: the message of then, if it is asked for with what was received then. */
function repeated<T>(same: boolean, list: SumList, message: T): T {
  if (same) return message;
  throw new SecureAggregationError("second message", ["secondList", list]);
}

const outOfOrder = () => new SecureAggregationError("out of order", ["stepNotItsTurn"]);

const sameList = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, i) => id === b[i]);

const digestsOf = ({ maskKey, seed }: HeldShares) => ({ maskKeyDigest: shareDigest(maskKey), seedDigest: shareDigest(seed) });

function graphOf(terms: AttemptTerms, keyList: KeyList): MaskingGraph {
  const clients = keyList.entries.map(({ client }) => client);
  return maskingGraph(terms, keyListDigest(terms, keyList), clients);
}

function signedBytes(
  terms: AttemptTerms,
  keyList: KeyList,
  sharing: readonly string[],
  survivors: readonly string[],
): Uint8Array {
  return survivorsBytes(terms, keyListDigest(terms, keyList), sharing, survivors);
}

const entryOf = ({ entries }: KeyList, client: string) => entries.find((entry) => entry.client === client) as KeyEntry;

function checkOwnEntry({ client, announcement }: ParticipantState, keyList: KeyList): void {
  const own = entryOf(keyList, client) as KeyEntry | undefined;
  if (!own) throw new SecureAggregationError("left out", ["leftOutOfKeys"]);
  const same = sameBytes(own.shareKey, announcement.shareKey) && sameBytes(own.maskKey, announcement.maskKey);
  if (!same) throw new SecureAggregationError("altered entry", ["ownKeysAltered"]);
}

function checkIncluded(client: string, members: readonly string[]): void {
  if (!members.includes(client)) throw new SecureAggregationError("left out", ["goesOnWithout"]);
}

async function sealFor(
  { terms, client, randomBytes }: ParticipantSetup,
  secretKey: Uint8Array,
  { client: to, shareKey }: KeyEntry,
  piece: HeldShares,
): Promise<Uint8Array> {
  const key = await boxKey(terms, { from: client, to }, secretKey, shareKey, to);
  return await sealShares(key, boxContext(terms, client, to), piece, randomBytes);
}

async function openFrom(
  { terms, client }: ParticipantSetup,
  keyList: KeyList,
  secretKey: Uint8Array,
  { from, box, maskKeyDigest, seedDigest }: Delivery["sealed"][number],
): Promise<HeldShares & { readonly of: string }> {
  const key = await boxKey(terms, { from, to: client }, secretKey, entryOf(keyList, from).shareKey, from);
  const shares = await openShares(key, boxContext(terms, from, client), box, from);
  const digests = digestsOf(shares);
  if (!sameBytes(digests.maskKeyDigest, maskKeyDigest) || !sameBytes(digests.seedDigest, seedDigest)) {
    throw new SecureAggregationError("altered share", ["sharesNotCommitted", from], from);
  }
  return { of: from, ...shares };
}
