import { describe, expect, test } from "vitest";
import { createAggregator } from "./aggregator.ts";
import { announce } from "./announcement.ts";
import { newIdentity } from "./identity.ts";
import { newKeyPair } from "./keyAgreement.ts";
import type { Delivery, KeyAnnouncement, KeyEntry, KeyList, Revelation, SecretShares } from "./messages.ts";
import { openParticipant, type Participant, type ParticipantState } from "./participant.ts";
import type { SecureRefusal } from "./secureAggregationError.ts";
import { type Cast, castOf, joinAs, seededBytes, termsOf } from "./testing/attemptRun.ts";
import { stageBefore } from "./testing/attemptStage.ts";

const LENGTH = 5;
const cast = castOf(termsOf(LENGTH), 5);
const [ada, bea, cyd, dan, eve] = cast.clients as [string, string, string, string, string];
const vector = new Uint32Array(LENGTH).fill(9);

const refused = (reason: SecureRefusal, culprit: string | null = null) =>
  expect.objectContaining({ code: "SECURE_REFUSED", reason, culprit });
const participantOf = (stage: { participants: ReadonlyMap<string, Participant> }, client: string) =>
  stage.participants.get(client) as Participant;

/** One bit of it is another. */
function altered(bytes: Uint8Array, at = 0): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

function withEntry({ entries }: KeyList, client: string, change: (entry: KeyEntry) => KeyEntry): KeyList {
  return { entries: entries.map((entry) => (entry.client === client ? change(entry) : entry)) };
}

/** Keys that this client signed itself, under whatever terms. */
function signedBy(of: Cast, client: string, keys: Partial<KeyAnnouncement>, terms = of.terms): KeyAnnouncement {
  const fresh = { shareKey: newKeyPair(of.randomBytes).publicKey, maskKey: newKeyPair(of.randomBytes).publicKey, ...keys };
  return announce(
    terms,
    client,
    { shareKey: fresh.shareKey, maskKey: fresh.maskKey },
    of.keys.get(client)?.secretKey as Uint8Array,
  );
}

describe("a client refuses, in the list of keys", async () => {
  const { keyList } = await stageBefore("shares", cast);
  const entryOf = (client: string) => keyList.entries.find((entry) => entry.client === client) as KeyEntry;
  const lists: readonly (readonly [string, KeyList, unknown])[] = [
    [
      "a key of another that was altered",
      withEntry(keyList, bea, (entry) => ({ ...entry, maskKey: altered(entry.maskKey) })),
      refused("forged signature", bea),
    ],
    [
      "a signature that is forged",
      withEntry(keyList, cyd, (entry) => ({ ...entry, signature: altered(entry.signature, 40) })),
      refused("forged signature", cyd),
    ],
    [
      "keys for another attempt",
      withEntry(keyList, bea, (entry) => ({ ...entry, ...signedBy(cast, bea, {}, { ...cast.terms, attempt: 2 }) })),
      refused("forged signature", bea),
    ],
    [
      "keys for other terms: a client that was told another clip range",
      withEntry(keyList, bea, (entry) => ({ ...entry, ...signedBy(cast, bea, {}, termsOf(LENGTH + 1)) })),
      refused("forged signature", bea),
    ],
    [
      "two clients with one key",
      withEntry(keyList, cyd, (entry) => ({ ...entry, ...signedBy(cast, cyd, { maskKey: entryOf(bea).maskKey }) })),
      refused("repeated key", cyd),
    ],
    [
      "one key for both purposes",
      withEntry(keyList, cyd, (entry) => ({
        ...entry,
        ...signedBy(cast, cyd, { shareKey: entry.maskKey, maskKey: entry.maskKey }),
      })),
      refused("repeated key", cyd),
    ],
    [
      "a key with which every secret is zero",
      withEntry(keyList, dan, (entry) => ({ ...entry, ...signedBy(cast, dan, { shareKey: new Uint8Array(32) }) })),
      refused("weak key", dan),
    ],
    [
      "a client whom nobody knows",
      {
        entries: [
          ...keyList.entries,
          { ...entryOf(eve), client: "mallory", shareKey: new Uint8Array(32).fill(7), maskKey: new Uint8Array(32).fill(8) },
        ],
      },
      refused("unknown client", "mallory"),
    ],
    ["a list without itself", { entries: keyList.entries.filter(({ client }) => client !== ada) }, refused("left out")],
    ["a list of two", { entries: keyList.entries.slice(0, 2) }, refused("too few")],
  ];
  test.each(lists)("%s", async (_, list, error) => {
    // Everybody's keys are as in the list, so that all but what is wrong is right.
    const stage = await stageBefore("shares", castOf(termsOf(LENGTH), 5));
    const adaAgain = participantOf(stage, ada);
    await expect(adaAgain.share(list)).rejects.toEqual(error);
    // Nothing was given out, and the right list is still taken.
    await expect(adaAgain.share(stage.keyList)).resolves.toHaveProperty("sealed.length", 4);
  });

  test("its own keys, altered, though signed with its own key", async () => {
    const stage = await stageBefore("shares", cast);
    const list = withEntry(stage.keyList, ada, (entry) => ({ ...entry, ...signedBy(cast, ada, {}) }));
    await expect(participantOf(stage, ada).share(list)).rejects.toEqual(refused("altered entry"));
  });

  test("two identities with one key", async () => {
    const [first] = cast.keys.values();
    const twins: Cast = {
      ...cast,
      keys: new Map([...cast.keys].map(([client, pair]) => [client, client === bea && first ? first : pair])),
    };
    const identities = new Map([...twins.keys].map(([client, { publicKey }]) => [client, publicKey]));
    await expect(stageBefore("shares", { ...twins, identities })).rejects.toEqual(refused("repeated key", bea));
  });

  test("more clients than the layout's sums are for", async () => {
    const layout = { ...cast.terms.layout, clients: 4 };
    const narrow = castOf(termsOf(LENGTH, { layout }), 5);
    await expect(stageBefore("shares", narrow)).rejects.toEqual(refused("too many"));
  });

  test("a second list in one attempt, while the first is answered alike again and again", async () => {
    const stage = await stageBefore("shares", cast);
    const participant = participantOf(stage, ada);
    const message = await participant.share(stage.keyList);
    expect(await participant.share(stage.keyList)).toEqual(message);
    const fewer = { entries: stage.keyList.entries.slice(0, 4) };
    await expect(participant.share(fewer)).rejects.toEqual(refused("second message"));
  });
});

describe("a client refuses, in what the others shared", () => {
  const cases: readonly (readonly [string, (delivery: Delivery) => Delivery, unknown])[] = [
    [
      "a box that was altered",
      ({ members, sealed }) => ({
        members,
        sealed: sealed.map((entry) => (entry.from === cyd ? { ...entry, box: altered(entry.box, 30) } : entry)),
      }),
      refused("altered share", cyd),
    ],
    [
      "a box from somebody else",
      ({ members, sealed }) => ({
        members,
        sealed: sealed.map((entry) => (entry.from === cyd ? { ...entry, box: sealed[0]?.box as Uint8Array } : entry)),
      }),
      refused("altered share", cyd),
    ],
    [
      "shares that are not those committed to",
      ({ members, sealed }) => ({
        members,
        sealed: sealed.map((entry) => (entry.from === eve ? { ...entry, seedDigest: altered(entry.seedDigest) } : entry)),
      }),
      refused("altered share", eve),
    ],
    [
      "a client that was not in U1",
      ({ members, sealed }) => ({ members: [...members, "zoe"], sealed }),
      refused("no subset", "zoe"),
    ],
    [
      "a set without itself",
      ({ members, sealed }) => ({ members: members.filter((id) => id !== ada), sealed }),
      refused("left out"),
    ],
    [
      "a set below the threshold",
      ({ members, sealed }) => ({ members: members.slice(0, 2), sealed: sealed.slice(0, 1) }),
      refused("too few"),
    ],
    [
      "a member whose shares are missing",
      ({ members, sealed }) => ({ members, sealed: sealed.slice(1) }),
      refused("wrong neighbours"),
    ],
  ];
  test.each(cases)("%s", async (_, change, error) => {
    const stage = await stageBefore("input", cast);
    const participant = participantOf(stage, ada);
    const delivery = stage.deliveries.get(ada) as Delivery;
    await expect(participant.mask(change(delivery), vector)).rejects.toEqual(error);
    await expect(participant.mask(delivery, vector)).resolves.toHaveLength(LENGTH);
  });

  test("shares for another attempt: their keys and what they are bound to are others", async () => {
    const stage = await stageBefore("input", cast);
    const other = await stageBefore("input", { ...cast, terms: { ...cast.terms, attempt: 2 } });
    const delivery = other.deliveries.get(ada) as Delivery;
    await expect(participantOf(stage, ada).mask(delivery, vector)).rejects.toEqual(
      expect.objectContaining({ reason: "altered share" }),
    );
  });
});

describe("a client refuses, in the set of survivors", () => {
  const cases: readonly (readonly [string, (members: readonly string[]) => string[], unknown])[] = [
    ["one that is not in U2", (members) => [...members, "zoe"], refused("no subset", "zoe")],
    ["itself left out", (members) => members.filter((id) => id !== ada), refused("left out")],
    ["too few", () => [ada, bea], refused("too few")],
  ];
  test.each(cases)("%s", async (_, change, error) => {
    const stage = await stageBefore("agree", cast);
    const members = change(stage.survivors.members);
    await expect(participantOf(stage, ada).agree({ members })).rejects.toEqual(error);
  });

  test("a second set in one attempt: with two the coordinator would get both secrets of who is in one of them", async () => {
    const stage = await stageBefore("agree", cast);
    const participant = participantOf(stage, ada);
    const message = await participant.agree(stage.survivors);
    expect(await participant.agree(stage.survivors)).toEqual(message);
    await expect(participant.agree({ members: [ada, bea, cyd] })).rejects.toEqual(refused("second message"));
  });
});

describe("a client refuses to reveal anything", () => {
  test("on too few signatures", async () => {
    const stage = await stageBefore("unmask", cast);
    const entries = stage.agreements.entries.slice(0, 2);
    await expect(participantOf(stage, ada).unmask({ entries })).rejects.toEqual(refused("too few"));
  });

  test("on a signature over another set, as an active coordinator would collect to have both secrets of one client", async () => {
    const stage = await stageBefore("agree", cast);
    const participant = participantOf(stage, ada);
    await participant.agree({ members: [ada, bea, cyd, dan] });
    const others = await Promise.all(
      [bea, cyd, dan, eve].map(async (client) => ({
        client,
        ...(await participantOf(stage, client).agree({ members: [ada, bea, cyd, dan, eve] })),
      })),
    );
    const entries = others.slice(0, 3);
    await expect(participant.unmask({ entries })).rejects.toEqual(expect.objectContaining({ reason: "forged signature" }));
    await expect(participant.unmask({ entries: others })).rejects.toEqual(refused("unknown client", eve));
  });

  test("before its turn, and nothing is masked before shares are there", async () => {
    const stage = await stageBefore("agree", cast);
    await expect(participantOf(stage, ada).unmask(stage.agreements)).rejects.toEqual(refused("out of order"));
    const fresh = await stageBefore("shares", cast);
    await expect(participantOf(fresh, ada).mask({ members: [], sealed: [] }, vector)).rejects.toEqual(refused("out of order"));
    await expect(participantOf(fresh, ada).agree({ members: [] })).rejects.toEqual(refused("out of order"));
  });

  test("and never gives both secrets of one", async () => {
    const stage = await stageBefore("unmask", cast, { late: [eve] });
    const { seeds, maskKeys } = await participantOf(stage, ada).unmask(stage.agreements);
    expect(seeds.map(({ of }) => of)).toEqual([ada, bea, cyd, dan]);
    expect(maskKeys.map(({ of }) => of)).toEqual([eve]);
  });
});

describe("the coordinator refuses", () => {
  test("keys that are not signed, of small order, of somebody unknown, or a second time", async () => {
    const coordinator = createAggregator(cast.terms, cast.identities);
    const announcement = await (await joinAs(cast, ada)).announce();
    await expect(coordinator.takeKeys(bea, announcement)).rejects.toEqual(refused("forged signature", bea));
    await expect(coordinator.takeKeys("zoe", announcement)).rejects.toEqual(refused("unknown client", "zoe"));
    await expect(coordinator.takeKeys(ada, signedBy(cast, ada, { maskKey: new Uint8Array(32) }))).rejects.toEqual(
      refused("weak key", ada),
    );
    await coordinator.takeKeys(ada, announcement);
    await coordinator.takeKeys(ada, announcement);
    await expect(coordinator.takeKeys(ada, signedBy(cast, ada, {}))).rejects.toEqual(refused("second message", ada));
    await expect(coordinator.takeKeys(bea, signedBy(cast, bea, { shareKey: announcement.shareKey }))).rejects.toEqual(
      refused("repeated key", bea),
    );
  });

  test("shares for others than the client's neighbours, and from who is not in U1", async () => {
    const stage = await stageBefore("shares", cast);
    const shares = await participantOf(stage, ada).share(stage.keyList);
    const short: SecretShares = { ...shares, sealed: shares.sealed.slice(1) };
    expect(() => stage.coordinator.takeShares(ada, short)).toThrow(refused("wrong neighbours", ada));
    expect(() => stage.coordinator.takeShares("zoe", shares)).toThrow(refused("unknown client", "zoe"));
  });

  test("a masked vector that comes once U3 is fixed: its seed is never asked for", async () => {
    const stage = await stageBefore("agree", cast, { late: [eve] });
    expect(() => stage.coordinator.takeInput(eve)).toThrow(refused("out of order", eve));
    expect(stage.survivors.members).not.toContain(eve);
  });

  test("a revelation with a wrong share, of both secrets, or of others than it was asked for", async () => {
    const stage = await stageBefore("unmask", cast, { late: [eve] });
    const right = await participantOf(stage, ada).unmask(stage.agreements);
    const [first, ...rest] = right.seeds as [Revelation["seeds"][number], ...Revelation["seeds"]];
    const wrong = { ...right, seeds: [{ of: first.of, share: altered(first.share, 3) }, ...rest] };
    const both = { ...right, maskKeys: [{ of: ada, share: first.share }, ...right.maskKeys] };
    expect(() => stage.coordinator.takeRevelation(ada, wrong)).toThrow(refused("altered share", ada));
    expect(() => stage.coordinator.takeRevelation(ada, both)).toThrow(refused("both secrets", ada));
    expect(() => stage.coordinator.takeRevelation(ada, { ...right, seeds: rest })).toThrow(refused("wrong revelation", ada));
    expect(() => stage.coordinator.takeRevelation(eve, right)).toThrow(refused("unknown client", eve));
    stage.coordinator.takeRevelation(ada, right);
  });

  test("a sum that a client made impossible by shares of another secret than its own, and names it", async () => {
    const stage = await stageBefore("shares", cast);
    for (const [client, participant] of stage.participants) {
      const shares = await participant.share(stage.keyList);
      const lying = client === cyd ? { ...shares, seedCommitment: altered(shares.seedCommitment) } : shares;
      stage.coordinator.takeShares(client, lying);
    }
    const deliveries = stage.coordinator.closeShares();
    if (deliveries.kind !== "closed") throw new Error("too few");
    for (const [client, participant] of stage.participants) {
      await participant.mask(deliveries.value.get(client) as Delivery, vector);
      stage.coordinator.takeInput(client);
    }
    const survivors = stage.coordinator.closeInputs();
    if (survivors.kind !== "closed") throw new Error("too few");
    for (const [client, participant] of stage.participants)
      await stage.coordinator.takeAgreement(client, await participant.agree(survivors.value));
    const agreements = stage.coordinator.closeAgreements();
    if (agreements.kind !== "closed") throw new Error("too few");
    for (const [client, participant] of stage.participants)
      stage.coordinator.takeRevelation(client, await participant.unmask(agreements.value));
    expect(await stage.coordinator.closeRevelations()).toEqual({ kind: "wrongShares", culprits: [cyd] });
  });
});

describe("a client that reloads", () => {
  /** Goes through storage, as IndexedDB copies it. */
  const opened = async (kept: ParticipantState | null, keep: (state: ParticipantState) => void, terms = cast.terms) => {
    const identity = cast.keys.get(ada) ?? newIdentity(cast.randomBytes);
    const setup = {
      terms,
      client: ada,
      identity,
      identities: cast.identities,
      randomBytes: seededBytes(Math.floor(kept ? 77 : 5)),
    };
    return await openParticipant(setup, kept, async (state) => keep(structuredClone(state)));
  };

  test("in any phase goes on with the same secrets, and sends the same bytes again", async () => {
    let kept: ParticipantState | null = null;
    const reload = () =>
      opened(kept, (state) => {
        kept = state;
      });
    const announcement = await (await reload()).announce();
    expect(await (await reload()).announce()).toEqual(announcement);
    const coordinator = createAggregator(cast.terms, cast.identities);
    const others = new Map(
      await Promise.all(cast.clients.slice(1).map(async (client) => [client, await joinAs(cast, client)] as const)),
    );
    await coordinator.takeKeys(ada, announcement);
    for (const [client, participant] of others) await coordinator.takeKeys(client, await participant.announce());
    const keyList = coordinator.closeKeys();
    if (keyList.kind !== "closed") throw new Error("too few");
    const shares = await (await reload()).share(keyList.value);
    expect(await (await reload()).share(keyList.value)).toEqual(shares);
    coordinator.takeShares(ada, shares);
    for (const [client, participant] of others) coordinator.takeShares(client, await participant.share(keyList.value));
    const deliveries = coordinator.closeShares();
    if (deliveries.kind !== "closed") throw new Error("too few");
    const delivery = deliveries.value.get(ada) as Delivery;
    const masked = await (await reload()).mask(delivery, vector);
    // Stochastic rounding gives another vector after a reload; it must not meet the same mask.
    expect(await (await reload()).mask(delivery, new Uint32Array(LENGTH).fill(8))).toEqual(masked);
    const before = kept as ParticipantState | null;
    expect(before?.secrets).toBeNull();
    const survivors = { members: [...cast.clients] };
    const agreement = await (await reload()).agree(survivors);
    expect(await (await reload()).agree(survivors)).toEqual(agreement);
    await expect((await reload()).mask(delivery, vector)).rejects.toEqual(refused("out of order"));
  });

  test("finds no message that was not kept: what storage refuses is not sent", async () => {
    const full = async () => {
      throw new Error("quota");
    };
    await expect(
      openParticipant(
        {
          terms: cast.terms,
          client: ada,
          identity: newIdentity(cast.randomBytes),
          identities: cast.identities,
          randomBytes: cast.randomBytes,
        },
        null,
        full,
      ),
    ).rejects.toThrow("quota");
  });

  test("takes new keys for every attempt, and none for one that is over or has other terms", async () => {
    const states: ParticipantState[] = [];
    const keep = (state: ParticipantState) => void states.push(state);
    const first = await (await opened(null, keep)).announce();
    const kept = states[0] as ParticipantState;
    const next = await (await opened(kept, keep, { ...cast.terms, attempt: 2 })).announce();
    expect(next.maskKey).not.toEqual(first.maskKey);
    expect(next.shareKey).not.toEqual(first.shareKey);
    await expect(opened(states.at(-1) ?? null, keep)).rejects.toEqual(refused("used attempt"));
    await expect(opened(kept, keep, { ...cast.terms, round: cast.terms.round - 1, attempt: 9 })).rejects.toEqual(
      refused("used attempt"),
    );
    await expect(opened(kept, keep, termsOf(LENGTH + 1))).rejects.toEqual(refused("used attempt"));
  });

  test("does not give its update to a second sum of the round once it has revealed shares", async () => {
    const stage = await stageBefore("unmask", castOf(termsOf(LENGTH), 5));
    await participantOf(stage, ada).unmask(stage.agreements);
    const kept = stage.states.get(ada)?.at(-1) ?? null;
    const next = opened(kept, () => undefined, { ...stage.cast.terms, attempt: 2 });
    await expect(next).rejects.toEqual(refused("already revealed"));
    await expect(opened(kept, () => undefined, { ...stage.cast.terms, round: 4 })).resolves.toHaveProperty("announce");
  });

  test("asked twice at once masks once", async () => {
    const stage = await stageBefore("input", cast);
    const delivery = stage.deliveries.get(ada) as Delivery;
    const participant = participantOf(stage, ada);
    const [one, other] = await Promise.all([
      participant.mask(delivery, vector),
      participant.mask(delivery, new Uint32Array(LENGTH)),
    ]);
    expect(one).toEqual(other);
  });
});
