import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transition } from "../rounds/roundMachine.ts";
import { initialRoundState, type RoundState } from "../rounds/roundState.ts";
import { roundsView } from "../rounds/roundView.ts";
import { events, policy } from "../rounds/testing/anyEvents.ts";
import type { Snapshot } from "./snapshot.ts";
import { applyChange, changeBetween, historyBefore, openingOf, snapshotChange, withHistory } from "./snapshotChange.ts";

const config = { name: "any" } as Snapshot["config"];
let revision = 0;
const snapshotOf = (state: RoundState): Snapshot => {
  revision += 1;
  const access = { joining: revision % 5 === 0 ? "approval" : "open", waiting: revision % 3 } as const;
  return { federationId: "f", revision, config, ...access, ...roundsView(state), adapterBytes: 8, modelBytes: 80 };
};

/** As it arrives at the other end. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** The snapshots along a history of events, with a client's progress now and then. */
function snapshotsOf(sequence: readonly (typeof events extends fc.Arbitrary<infer E> ? E : never)[number][]): Snapshot[] {
  let state = initialRoundState(policy, 0);
  const all = [snapshotOf(state)];
  for (const [index, event] of sequence.entries()) {
    state = transition(state, event).state;
    const seen = snapshotOf(state);
    const progress = {
      round: 0,
      activity: "training",
      slot: null,
      step: index,
      steps: 120,
      loss: null,
      tokensPerSecond: 1,
    } as const;
    all.push({
      ...seen,
      clients: seen.clients.map((client, at) => (at === index % 3 ? { ...client, progress } : client)),
    });
  }
  return all;
}

/** Metrics are kept oldest round first at the other end. */
const sorted = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  clients: snapshot.clients.map((client) => ({ ...client, history: client.history.toSorted((a, b) => a.round - b.round) })),
});

describe("changeBetween", () => {
  it("leads from any snapshot to any later one, over JSON", () => {
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (sequence, strides) => {
        const all = snapshotsOf(sequence);
        let held = all[0] as Snapshot;
        let seen = sent(held);
        for (let at = 0; at < all.length - 1; ) {
          at = Math.min(all.length - 1, at + (strides.next().value as number));
          const next = all[at] as Snapshot;
          const change = changeBetween(held, next);
          const after = applyChange(seen, sent(change));
          const whole = change.since === null ? complete(after, next) : after;
          expect(whole).toEqual(sent(sorted(next)));
          held = next;
          seen = whole as Snapshot;
        }
      }),
      { numRuns: 60 },
    );
  });

  it("says nothing of what has not changed", () => {
    const [first] = snapshotsOf([]);
    const change = changeBetween(first as Snapshot, { ...(first as Snapshot), revision: 7 });
    expect({ ...change, since: 0 }).toEqual({
      federationId: "f",
      since: 0,
      revision: 7,
      fixed: null,
      head: {},
      clients: [],
      gone: [],
      progress: [],
      history: [],
      rounds: [],
      reopened: [],
      events: [],
      earlier: 0,
    });
  });

  it("forgets clients that are no longer listed", () => {
    const all = snapshotsOf([joined("a"), joined("b")]);
    const before = all.at(-1) as Snapshot;
    const after = { ...before, revision: before.revision + 1, clients: before.clients.slice(1) };
    expect(applyChange(before, changeBetween(before, after))?.clients.map(({ id }) => id)).toEqual(["b"]);
  });

  it("is only taken by who has the snapshot that it starts from", () => {
    const [first, second, third] = snapshotsOf([joined("a"), joined("b")]) as [Snapshot, Snapshot, Snapshot];
    expect(applyChange(first, changeBetween(second, third))).toBeNull();
    expect(applyChange(null, changeBetween(first, second))).toBeNull();
    expect(applyChange(first, openingOf(third))?.clients).toHaveLength(2);
  });
});

describe("openingOf", () => {
  it("has the newest rounds; the older ones come in pieces", () => {
    const long = longFederation({ clients: 100, rounds: 60 });
    const opening = openingOf(long);
    expect(opening).toMatchObject({ earlier: 57, since: null });
    expect(opening.history).toHaveLength(300);
    const opened = applyChange(null, sent(opening)) as Snapshot;
    expect(opened.rounds.map(({ round }) => round)).toEqual([58, 59, 60]);
    const piece = historyBefore(long, 58);
    expect(piece.rounds.map(({ round }) => round)).toEqual([53, 54, 55, 56, 57]);
    expect(piece).toMatchObject({ earlier: 52 });
    expect(complete(opened, long)).toEqual(long);
  });

  it("is parsed by its schema", () => {
    const { config: _, ...rest } = openingOf(snapshotsOf([joined("a")]).at(-1) as Snapshot).fixed ?? {};
    expect(rest).toEqual({ createdAt: 0, adapterBytes: 8, modelBytes: 80 });
    const change = changeBetween(...(snapshotsOf([joined("a")]) as [Snapshot, Snapshot]));
    expect(snapshotChange.parse(sent(change))).toEqual(sent(change));
    expect(snapshotChange.safeParse({ ...change, more: 1 }).success).toBe(false);
  });
});

/** Fetches piece by piece what an opening left out, as a client does. */
function complete(opened: Snapshot | null, whole: Snapshot): Snapshot {
  let snapshot = opened as Snapshot;
  for (let earlier = 1; earlier > 0; ) {
    const piece = historyBefore(whole, snapshot.rounds[0]?.round ?? Number.POSITIVE_INFINITY);
    snapshot = withHistory(snapshot, sent(piece));
    earlier = piece.earlier;
  }
  return snapshot;
}

const device = { backend: "cpu" as const, threads: 1, reason: "", description: "" };
const joined = (clientId: string) => {
  const introduction = {
    name: clientId,
    device,
    samples: { train: 3, fusion: 1, test: 1 },
    identity: null,
    figures: "everybody" as const,
  };
  return { type: "clientJoined" as const, clientId, introduction, at: 1 };
};

function longFederation({ clients, rounds }: { clients: number; rounds: number }): Snapshot {
  const none = { base: null, personal: null, shared: null, fused: null };
  const metrics = { trainLoss: 1, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };
  const [empty] = snapshotsOf([]) as [Snapshot];
  const ids = Array.from({ length: clients }, (_, i) => `client ${i}`);
  const numbers = Array.from({ length: rounds }, (_, i) => i + 1);
  return {
    ...empty,
    clients: ids.map((id) => ({
      id,
      name: id,
      device,
      samples: { train: 3, fusion: 1, test: 1 },
      identity: null,
      figures: "everybody",
      status: "present",
      note: null,
      lastSeenAt: 1,
      progress: null,
      bytesUp: 8,
      bytesDown: 8,
      history: numbers.map((round) => ({ round, metrics: { ...metrics, trainLoss: round }, standing: null })),
    })),
    rounds: numbers.map((round) => ({
      round,
      stage: "federated",
      openedAt: round,
      closedAt: round + 1,
      participants: ids,
      aggregated: ids,
      meanLoss: 1,
      aggregationError: null,
      means: null,
      exchanges: 0,
    })),
  };
}
