import fc from "fast-check";
import { expect, it } from "vitest";
import type { RoundEvent } from "../rounds/roundEvents.ts";
import { transition } from "../rounds/roundMachine.ts";
import { initialRoundState, type RoundPolicy } from "../rounds/roundState.ts";
import { roundsView } from "../rounds/roundView.ts";
import { countingPolicy, events, policy, securePolicy } from "../rounds/testing/anyEvents.ts";
import { concernedBetween, ownPartOf } from "./ownPart.ts";
import type { Snapshot } from "./snapshot.ts";

const fixed = { federationId: "f", config: { name: "any" } as Snapshot["config"], adapterBytes: 8, modelBytes: 80 };
const IDS = ["a", "b", "c", "nobody"];

/** The snapshots along a history of events. */
function snapshotsOf(rounds: RoundPolicy, sequence: readonly RoundEvent[]): Snapshot[] {
  let state = initialRoundState(rounds, 0);
  const states = [state, ...sequence.map((event) => (state = transition(state, event).state))];
  return states.map((seen, revision) => ({ ...fixed, revision, joining: "open", waiting: 0, ...roundsView(seen) }));
}

/** Everything by which a client decides what to do: its part, without what is for those who look on. */
function standingOf(snapshot: Snapshot, id: string): unknown {
  const { phase, endedAt, openRound, clients, rounds } = ownPartOf(snapshot, id);
  const own = clients.find((client) => client.id === id);
  const newest = rounds.at(-1);
  const exchange = openRound?.exchange && { ...openRound.exchange, clip: null };
  return {
    phase,
    endedAt,
    openRound: openRound && { ...openRound, exchange },
    own: own && { status: own.status, note: own.note },
    newest: newest && { round: newest.round, aggregated: newest.aggregated },
  };
}

it.each([
  ["sent as they are", policy],
  ["summed securely", securePolicy],
  ["summed securely, after what rows are like", countingPolicy],
])("whoever something happened to is found, between any two moments: updates %s", (_, rounds) => {
  fc.assert(
    fc.property(events, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (sequence, strides) => {
      const all = snapshotsOf(rounds, sequence);
      for (let at = 0, next = 0; at < all.length - 1; at = next) {
        next = Math.min(all.length - 1, at + (strides.next().value as number));
        const [before, after] = [all[at], all[next]] as [Snapshot, Snapshot];
        const concerned = concernedBetween(before, after);
        for (const id of IDS) {
          if (concerned !== null && !concerned.has(id)) expect(standingOf(after, id)).toEqual(standingOf(before, id));
        }
      }
    }),
    { numRuns: 100 },
  );
});

const none = { base: null, personal: null, shared: null, fused: null };
const metrics = { trainLoss: 1, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };
const samples = { train: 1, fusion: 1, test: 1 };
const join = (clientId: string): RoundEvent => {
  const introduction = { name: clientId, figures: "everybody", device: null, samples, identity: null } as const;
  return { type: "clientJoined", clientId, at: 1, introduction };
};
const submit = (clientId: string, artifact: string | null): RoundEvent => {
  return { type: "submitted", clientId, round: 0, artifact, sha256: null, bytes: 8, metrics, at: 2 };
};
/** Who is concerned by the last of these events. */
function concernedByLast(rounds: RoundPolicy, sequence: readonly RoundEvent[]) {
  const [before, after] = snapshotsOf(rounds, sequence).slice(-2) as [Snapshot, Snapshot];
  return concernedBetween(before, after);
}

it("nobody is concerned by what happened to others, and everybody by a new round or step", () => {
  const open = [join("a"), join("b")];
  expect(concernedByLast(policy, open)).toBeNull();
  expect(concernedByLast(policy, [...open, { type: "fetched", clientId: "b", bytes: 8, at: 2 }])).toEqual(new Set());
  expect(concernedByLast(policy, [...open, submit("a", "x")])).toEqual(new Set(["a"]));
  expect(concernedByLast(policy, [...open, submit("b", "x"), { type: "clientAway", clientId: "a", at: 3 }])).toEqual(
    new Set(["a"]),
  );
  const ready = ["a", "b", "c"].map((id) => submit(id, null));
  const summing = [join("a"), join("b"), join("c"), ...ready];
  expect(concernedByLast(securePolicy, summing)).toBeNull();
  const answer = { round: 0, attempt: 1, step: "keys", artifact: "x", sha256: null, bytes: 8, at: 3 } as const;
  expect(concernedByLast(securePolicy, [...summing, { type: "exchanged", clientId: "b", ...answer }])).toEqual(new Set(["b"]));
});
