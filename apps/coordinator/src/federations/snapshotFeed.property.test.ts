import { seenBy } from "@duet/lora-core/protocol/audience";
import { decodeChange } from "@duet/lora-core/protocol/changeCodec";
import { ownPartOf } from "@duet/lora-core/protocol/ownPart";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { applyChange, historyBefore, withHistory } from "@duet/lora-core/protocol/snapshotChange";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState, type RoundPolicy, type RoundState } from "@duet/lora-core/rounds/roundState";
import { roundsView } from "@duet/lora-core/rounds/roundView";
import { countingPolicy, events, policy, securePolicy } from "@duet/lora-core/rounds/testing/anyEvents";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testConfig } from "../../test/support/federations.ts";
import { createManualClock } from "../../test/support/manualClock.ts";
import { createSnapshotFeed } from "./snapshotFeed.ts";

const fixed = { federationId: "f", config: testConfig(), joining: "open" as const, waiting: 0, adapterBytes: 8, modelBytes: 80 };

/** The whole snapshot, of nothing that an earlier one has. */
const snapshotOf = (state: RoundState, revision: number): Snapshot => ({
  ...fixed,
  revision,
  ...roundsView(structuredClone(state)),
});

/** Takes what it is pushed when told to, and puts it together. */
function createWatcher() {
  const contents: Uint8Array[] = [];
  let take = () => {};
  return {
    contents,
    watcher: {
      push(content: Uint8Array) {
        contents.push(content);
        return new Promise<void>((resolve) => {
          take = resolve;
        });
      },
      end: () => {},
    },
    take: () => take(),
    /** `whole` has the history that an opening leaves out. */
    async held(whole: Snapshot): Promise<Snapshot | null> {
      let held: Snapshot | null = null;
      for (const content of contents) held = applyChange(held, await decodeChange(new Uint8Array(content)));
      const before = held?.rounds[0]?.round ?? Number.POSITIVE_INFINITY;
      return held && withHistory(held, historyBefore(whole, before));
    },
  };
}

/** What it says to that client, whatever the others do and how much was moved. */
function instructions(snapshot: Snapshot | null, id: string): unknown {
  const { phase, endedAt, openRound, clients = [] } = snapshot ?? {};
  const own = clients.find((client) => client.id === id);
  return { phase, endedAt, openRound, status: own?.status, note: own?.note };
}

const sorted = (snapshot: Snapshot | null) =>
  snapshot && {
    ...snapshot,
    clients: snapshot.clients.map((client) => ({ ...client, history: client.history.toSorted((a, b) => a.round - b.round) })),
  };

const takings = fc.infiniteStream(
  fc.record({ who: fc.array(fc.nat(3), { maxLength: 3 }), ms: fc.integer({ min: 0, max: 400 }) }),
);

test.each<[string, RoundPolicy]>([
  ["sent as they are", policy],
  ["summed securely", securePolicy],
  ["summed securely, after what rows are like", countingPolicy],
])("whatever happens, and whoever is slow, everybody has the whole snapshot in the end: updates %s", async (_, rounds) => {
  await fc.assert(
    fc.asyncProperty(events, takings, async (sequence, steps) => {
      const { clock, advance } = createManualClock();
      let [state, revision] = [initialRoundState(rounds, 0), 1];
      const feed = createSnapshotFeed(() => ({ ...fixed, revision, ...roundsView(state) }), clock);
      const all = Array.from({ length: 4 }, createWatcher) as [Watching, Watching, Watching, Watching];
      const [everybody, organiser, a, b] = all;
      feed.subscribe(everybody.watcher);
      feed.subscribe(organiser.watcher, null, "organiser");
      feed.subscribe(a.watcher, "a");
      feed.subscribe(b.watcher, "b");
      const pass = async (ms: number, who: readonly Watching[]) => {
        for (const { take } of who) take();
        advance(ms);
        await new Promise((resolve) => setImmediate(resolve));
      };
      for (const event of sequence) {
        state = transition(state, event).state;
        revision += 1;
        feed.changed();
        const step = steps.next().value as { who: number[]; ms: number };
        await pass(
          step.ms,
          step.who.map((index) => all[index] as Watching),
        );
      }
      for (let rest = 0; rest < 6; rest++) await pass(1000, all);
      const told = all.map(({ contents }) => contents.length);
      for (let rest = 0; rest < 6; rest++) await pass(1000, all);
      expect(all.map(({ contents }) => contents.length)).toEqual(told);

      const whole = snapshotOf(state, revision);
      for (const [watcher, audience] of [
        [everybody, "everybody"],
        [organiser, "organiser"],
      ] as const) {
        const seen = seenBy(audience, whole);
        expect(sorted(await watcher.held(seen))).toEqual(sorted(seen));
      }
      for (const [watcher, id] of [
        [a, "a"],
        [b, "b"],
      ] as const) {
        const part = ownPartOf(whole, id);
        expect(instructions(await watcher.held(part), id)).toEqual(instructions(part, id));
      }
    }),
    { numRuns: 40 },
  );
});

type Watching = ReturnType<typeof createWatcher>;
