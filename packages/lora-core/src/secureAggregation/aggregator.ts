/**
 * The coordinator's side of an attempt: who is in, what goes to whom, and which masks come off the sum. It holds messages and no vectors;
 * vectors are added up with `addVector` as they come, and masks taken off with `addMasks`, wherever that is computed. It can be made again
 * from the same messages in the same phases (a journal), because nothing in it is random.
 *
 * Each `take` refuses what is wrong, by name, and forgets it; each `close` fixes a set for good or says that too few are left. The set is
 * that of `members` whose message was taken; left out, all of these.
 */
import { checkEntry, checkRoom, claimKeys, type Identities, type KeyOwners, keyListDigest, sameBytes } from "./announcement.ts";
import type { AttemptTerms } from "./attempt.ts";
import { checkStrength, publicKeyOf } from "./keyAgreement.ts";
import type { Mask } from "./keystream.ts";
import {
  checkSurvivors,
  holdersOf,
  type Shortage,
  shortageOfHolders,
  shortageOfSigners,
  shortageOfSum,
  survivorsBytes,
} from "./members.ts";
import type {
  Agreement,
  Agreements,
  Delivery,
  KeyAnnouncement,
  KeyList,
  Revelation,
  SecretShares,
  Survivors,
} from "./messages.ts";
import { type MaskingGraph, maskingGraph } from "./neighbours.ts";
import { inverse, pairMask, selfMask } from "./pairwise.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";
import { combineShares, shareDigest } from "./shares.ts";

/** Too few to go on: the attempt is over, and the round begins again with new keys. */
export interface BelowThreshold {
  readonly kind: "belowThreshold";
  readonly have: number;
  readonly needed: number;
}

export type Closed<T> = { readonly kind: "closed"; readonly value: T } | BelowThreshold;

/** The sum's masks, or who makes it impossible: clients whose shares do not give what they announced. */
export type Recovery =
  | { readonly kind: "masks"; readonly masks: readonly Mask[]; readonly survivors: readonly string[] }
  | { readonly kind: "wrongShares"; readonly culprits: readonly string[] }
  | BelowThreshold;

/** Methods named `take` throw or reject with {@link SecureAggregationError}; a message that is repeated unchanged is taken once. */
export interface Aggregator {
  takeKeys(client: string, announcement: KeyAnnouncement): Promise<void>;
  /** U1. */
  closeKeys(members?: readonly string[]): Closed<KeyList>;
  takeShares(client: string, shares: SecretShares): void;
  /** U2; each member's delivery by its id. */
  closeShares(members?: readonly string[]): Closed<ReadonlyMap<string, Delivery>>;
  /** Its masked vector is here, whole. One that comes after `closeInputs` is refused: drop it unread. */
  takeInput(client: string): void;
  /** U3: the clients whose vectors make the sum, no others. */
  closeInputs(members?: readonly string[]): Closed<Survivors>;
  takeAgreement(client: string, agreement: Agreement): Promise<void>;
  closeAgreements(members?: readonly string[]): Closed<Agreements>;
  takeRevelation(client: string, revelation: Revelation): void;
  /** What to put onto the sum of U3's vectors, so that it is free of masks. */
  closeRevelations(members?: readonly string[]): Promise<Recovery>;
}

type Phase = "keys" | "shares" | "input" | "agree" | "unmask" | "done";

/** An attempt that has just begun. */
export function createAggregator(terms: AttemptTerms, identities: Identities): Aggregator {
  let phase: Phase = "keys";
  const owners: KeyOwners = new Map();
  const announcements = new Map<string, KeyAnnouncement>();
  const shares = new Map<string, SecretShares>();
  const inputs = new Set<string>();
  const agreed = new Map<string, Agreement>();
  const revelations = new Map<string, Revelation>();
  let keyList: KeyList = { entries: [] };
  let digest: Uint8Array = new Uint8Array();
  let graph: MaskingGraph = { neighbours: new Map(), shareThreshold: 0 };
  let sharing: readonly string[] = [];
  let survivors: readonly string[] = [];

  /** Of a message: its phase, and a client that is in it; of a close: its phase. */
  function expect(expected: Phase, client: string | null = null, members?: readonly string[]): void {
    if (phase !== expected) throw new SecureAggregationError("out of order", ["notItsTurn", expected], client);
    if (client === null || !members || members.includes(client)) return;
    throw new SecureAggregationError("unknown client", ["notInPhase", client], client);
  }
  /** Ends the phase: on to the next, or nowhere. */
  function close<T>(next: Phase, shortage: Shortage | null, value: () => T): Closed<T> {
    phase = shortage ? "done" : next;
    return shortage ? { kind: "belowThreshold", ...shortage } : { kind: "closed", value: value() };
  }

  return {
    async takeKeys(client, announcement) {
      const entry = { client, ...announcement };
      await checkEntry(terms, identities, entry);
      expect("keys", client);
      if (isRepeated(announcements.get(client), announcement, client)) return;
      checkRoom(terms, announcements.size + 1);
      for (const key of [announcement.shareKey, announcement.maskKey]) checkStrength(key, client);
      claimKeys(owners, identities, entry);
      announcements.set(client, announcement);
    },
    closeKeys(members) {
      expect("keys");
      keepOnly(announcements, members);
      const clients = [...announcements.keys()].sort();
      keyList = { entries: clients.map((client) => ({ client, ...(announcements.get(client) as KeyAnnouncement) })) };
      digest = keyListDigest(terms, keyList);
      graph = maskingGraph(terms, digest, clients);
      return close("shares", shortageOfSum(terms, graph, clients, clients), () => keyList);
    },
    takeShares(client, given) {
      expect("shares", client, [...announcements.keys()]);
      if (isRepeated(shares.get(client), given, client)) return;
      const addressed = given.sealed.map(({ to }) => to);
      if (addressed.join() !== graph.neighbours.get(client)?.join()) {
        throw new SecureAggregationError("wrong neighbours", ["sharesToOthers", client], client);
      }
      shares.set(client, given);
    },
    closeShares(members) {
      expect("shares");
      keepOnly(shares, members);
      sharing = [...shares.keys()].sort();
      return close(
        "input",
        shortageOfSum(terms, graph, sharing, sharing),
        () => new Map(sharing.map((to) => [to, deliveryTo(to, graph, sharing, shares)])),
      );
    },
    takeInput(client) {
      expect("input", client, sharing);
      inputs.add(client);
    },
    closeInputs(members) {
      expect("input");
      survivors = [...inputs].filter((client) => members?.includes(client) ?? true).sort();
      return close("agree", shortageOfSum(terms, graph, sharing, survivors), () => ({ members: [...survivors] }));
    },
    async takeAgreement(client, agreement) {
      expect("agree", client, survivors);
      await checkSurvivors(identities, client, survivorsBytes(terms, digest, sharing, survivors), agreement.signature);
      expect("agree", client, survivors);
      if (isRepeated(agreed.get(client), agreement, client)) return;
      agreed.set(client, agreement);
    },
    closeAgreements(members) {
      expect("agree");
      keepOnly(agreed, members);
      const clients = [...agreed.keys()].sort();
      return close("unmask", shortageOfSigners(terms, graph, clients.length), () => ({
        entries: clients.map((client) => ({ client, ...(agreed.get(client) as Agreement) })),
      }));
    },
    takeRevelation(client, revelation) {
      expect("unmask", client, survivors);
      if (isRepeated(revelations.get(client), revelation, client)) return;
      checkRevelation(client, revelation, { graph, sharing, survivors, shares });
      revelations.set(client, revelation);
    },
    async closeRevelations(members) {
      expect("unmask");
      keepOnly(revelations, members);
      const shortage = shortageOfHolders(graph, sharing, [...revelations.keys()]);
      phase = "done";
      if (shortage) return { kind: "belowThreshold", ...shortage };
      return await recover({ terms, graph, keyList, sharing, survivors, shares, revelations });
    },
  };
}

function keepOnly(messages: Map<string, unknown>, members: readonly string[] | undefined): void {
  if (!members) return;
  const kept = new Set(members);
  for (const client of messages.keys()) if (!kept.has(client)) messages.delete(client);
}

interface Sets {
  readonly graph: MaskingGraph;
  readonly sharing: readonly string[];
  readonly survivors: readonly string[];
  readonly shares: ReadonlyMap<string, SecretShares>;
}

/** True if this is what the client sent before. @throws {SecureAggregationError} "second message": it sent something else. */
function isRepeated(before: unknown, now: unknown, client: string): boolean {
  if (before === undefined) return false;
  if (textOf(before) === textOf(now)) return true;
  throw new SecureAggregationError("second message", ["twoMessages", client], client);
}

const textOf = (message: unknown) => JSON.stringify(message, (_, value) => (value instanceof Uint8Array ? [...value] : value));

function deliveryTo(
  to: string,
  graph: MaskingGraph,
  members: readonly string[],
  shares: ReadonlyMap<string, SecretShares>,
): Delivery {
  const senders = (graph.neighbours.get(to) ?? []).filter((from) => shares.has(from));
  const sealed = senders.map((from) => {
    const { box, maskKeyDigest, seedDigest } = addressedTo(to, shares.get(from) as SecretShares);
    return { from, box, maskKeyDigest, seedDigest };
  });
  return { members: [...members], sealed };
}

const addressedTo = (to: string, { sealed }: SecretShares) =>
  sealed.find((entry) => entry.to === to) as SecretShares["sealed"][number];

/** @throws {SecureAggregationError} "both secrets", "wrong revelation", "altered share". */
function checkRevelation(holder: string, { seeds, maskKeys }: Revelation, { graph, sharing, survivors, shares }: Sets): void {
  const seedsOf = new Set(seeds.map(({ of }) => of));
  const twice = maskKeys.find(({ of }) => seedsOf.has(of));
  if (twice) throw new SecureAggregationError("both secrets", ["bothSecrets", holder, twice.of], holder);
  const owners = holdersOf(graph, holder).filter((owner) => sharing.includes(owner));
  const alive = owners.filter((owner) => survivors.includes(owner));
  const gone = owners.filter((owner) => !survivors.includes(owner));
  if (seeds.map(({ of }) => of).join() !== alive.join() || maskKeys.map(({ of }) => of).join() !== gone.join()) {
    throw new SecureAggregationError("wrong revelation", ["sharesNotAsked", holder], holder);
  }
  const fits = (kind: "seedDigest" | "maskKeyDigest") => {
    return ({ of, share }: { readonly of: string; readonly share: Uint8Array }) => {
      const dealt = shares.get(of) as SecretShares;
      const digests = of === holder ? dealt.own : addressedTo(holder, dealt);
      return sameBytes(digests[kind], shareDigest(share));
    };
  };
  if (!seeds.every(fits("seedDigest")) || !maskKeys.every(fits("maskKeyDigest"))) {
    throw new SecureAggregationError("altered share", ["shareNotGiven", holder], holder);
  }
}

interface Everything extends Sets {
  readonly terms: AttemptTerms;
  readonly keyList: KeyList;
  readonly revelations: ReadonlyMap<string, Revelation>;
}

async function recover({ terms, graph, keyList, sharing, survivors, shares, revelations }: Everything): Promise<Recovery> {
  const maskKeyOf = new Map(keyList.entries.map(({ client, maskKey }) => [client, maskKey]));
  const masks: Mask[] = [];
  const culprits: string[] = [];
  for (const owner of sharing) {
    const isHere = survivors.includes(owner);
    const given = [...revelations.values()].flatMap(({ seeds, maskKeys }) =>
      (isHere ? seeds : maskKeys).filter(({ of }) => of === owner).map(({ share }) => share),
    );
    const secret = await combineShares(given.slice(0, graph.shareThreshold)).catch(() => new Uint8Array());
    if (isHere) {
      const fits = sameBytes(shareDigest(secret), shares.get(owner)?.seedCommitment as Uint8Array);
      if (fits) masks.push(inverse(selfMask(terms, owner, secret)));
      else culprits.push(owner);
      continue;
    }
    if (secret.length === 0 || !sameBytes(publicKeyOf(secret), maskKeyOf.get(owner) as Uint8Array)) {
      culprits.push(owner);
      continue;
    }
    const peers = (graph.neighbours.get(owner) ?? []).filter((peer) => survivors.includes(peer));
    // What the one that is gone would have put on is what its peers have put on, the other way round.
    masks.push(
      ...(await Promise.all(peers.map((peer) => pairMask(terms, owner, secret, peer, maskKeyOf.get(peer) as Uint8Array)))),
    );
  }
  return culprits.length > 0 ? { kind: "wrongShares", culprits } : { kind: "masks", masks, survivors };
}
