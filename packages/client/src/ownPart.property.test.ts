import type { RoundKey } from "@duet/lora-core/contract/clientRound";
import { concernedBetween, ownPartOf } from "@duet/lora-core/protocol/ownPart";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { applyChange, changeBetween, openingOf, snapshotChange } from "@duet/lora-core/protocol/snapshotChange";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState } from "@duet/lora-core/rounds/roundState";
import { roundsView } from "@duet/lora-core/rounds/roundView";
import { catchUpPolicy, events, policy } from "@duet/lora-core/rounds/testing/anyEvents";
import fc from "fast-check";
import { expect, test } from "vitest";
import { counts, nextAction } from "./nextAction.ts";
import { collecting } from "./testing/snapshots.ts";

const { config } = collecting(0);
const doings: readonly (RoundKey | null)[] = [null, { round: 0, attempt: 1 }, { round: 1, attempt: 1 }, { round: 2, attempt: 2 }];

/** What a client does, whatever it has done before. */
function decisions(snapshot: Snapshot, clientId: string) {
  return doings.flatMap((key) => [
    nextAction(snapshot, { clientId, doing: key, done: null, summing: null }),
    nextAction(snapshot, { clientId, doing: null, done: key && { ...key, submitted: true }, summing: null }),
    key && counts(snapshot, clientId, key),
  ]);
}

test.each([
  ["plain", policy],
  ["with newcomers that learn alone first", catchUpPolicy],
])("who is told only of what matters to itself decides as who is told of everything: %s", (_, rules) => {
  fc.assert(
    fc.property(events, (sequence) => {
      const held = new Map<string, { sent: Snapshot; received: Snapshot }>();
      let state = initialRoundState(rules, 0);
      let before: Snapshot | null = null;
      for (const [revision, event] of sequence.entries()) {
        state = transition(state, event).state;
        const rest = { config, joining: "open" as const, waiting: 0, adapterBytes: 8, modelBytes: 80 };
        const snapshot: Snapshot = { federationId: "f", revision, ...rest, ...roundsView(state) };
        const concerned = before && concernedBetween(before, snapshot);
        before = snapshot;
        for (const id of ["a", "b", "c"]) {
          const known = held.get(id);
          if (!known || concerned === null || concerned.has(id)) {
            const sent = ownPartOf(snapshot, id);
            const change = JSON.parse(JSON.stringify(known ? changeBetween(known.sent, sent) : openingOf(sent)));
            const received = applyChange(known?.received ?? null, snapshotChange.parse(change));
            if (!received) throw new Error("A change does not fit the part that it follows");
            held.set(id, { sent, received });
          }
          const received = held.get(id)?.received as Snapshot;
          expect(decisions(received, id)).toEqual(decisions(snapshot, id));
          expect(received.clients.every((client) => client.id === id)).toBe(true);
        }
      }
    }),
    { numRuns: 50 },
  );
});
