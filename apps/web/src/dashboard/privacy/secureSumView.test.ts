import { clientOf, collecting, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { defaultFederation, presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { federationPhrase, newIdentity } from "@duet/lora-core/secureAggregation/identity";
import { encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { expect, test } from "vitest";
import { answerOf, exchangeText, isWithoutSum, secureSumView } from "./secureSumView.ts";

const keyOf = (byte: number) => newIdentity((length) => new Uint8Array(length).fill(byte)).publicKey;
const clients = ["anna", "bram", "chen"].map((id, index) => clientOf(id, { identity: encodeKey(keyOf(index)) }));
const config = defaultFederation({
  name: "ward notes",
  model: encoderBase,
  task: { kind: "label", labels: ["a", "b"] },
  method: "fdlora",
  // Its first mean is made of what clients learned alone.
  preset: "paper",
  rounds: 2,
  aggregation: "secure",
});
const secure = (change: Partial<Snapshot> = {}) => snapshotOf({ config, clients, ...change });

test("where updates are sent as they are, nothing is said of sums", () => {
  expect(secureSumView(snapshotOf())).toBeNull();
  expect(exchangeText(collecting(1))).toBeNull();
  expect(answerOf(collecting(1), "anna")).toBeNull();
});

test("six words stand for all keys, in whatever order; another key, client or federation gives others", () => {
  const phrase = secureSumView(secure())?.phrase;
  expect(phrase?.split(" ")).toHaveLength(6);
  expect(phrase).toBe(
    federationPhrase(
      "f1",
      ["anna", "bram", "chen"].map((client, index) => ({ client, publicKey: keyOf(index) })),
    ),
  );
  expect(secureSumView(secure({ clients: clients.toReversed() }))?.phrase).toBe(phrase);
  const swapped = clients.with(2, clientOf("chen", { identity: encodeKey(keyOf(9)) }));
  const others = [{ clients: swapped }, { clients: clients.slice(0, 2) }, { federationId: "f2" }];
  const words = others.map((change) => secureSumView(secure(change))?.phrase);
  expect(new Set([phrase, ...words]).size).toBe(4);
  // One that left is still one of those whose keys were seen.
  expect(secureSumView(secure({ clients: clients.map((client) => ({ ...client, status: "left" as const })) }))?.phrase).toBe(
    phrase,
  );
});

test("before there is somebody to compare with there are no words", () => {
  expect(secureSumView(secure({ clients: [] }))).toEqual({ phrase: null, keys: 0, lost: [] });
  expect(secureSumView(secure({ clients: clients.slice(0, 1) }))?.phrase).toBeNull();
  expect(secureSumView(secure({ clients: [clientOf("keyless"), ...clients.slice(0, 1)] }))?.phrase).toBeNull();
});

test("a round that was closed without a sum is said; open ones, summed ones and those that share nothing are not", () => {
  const rounds = [
    roundOf(0, { aggregated: [] }),
    roundOf(1, { aggregated: [] }),
    roundOf(2, { closedAt: null, aggregated: [] }),
    roundOf(3, { aggregated: [] }),
  ];
  const snapshot = secure({ rounds });
  expect(secureSumView(snapshot)?.lost).toEqual([
    "Learning alone ended without a sum: the shared adapter stayed as it was.",
    "Round 1 of 2 ended without a sum: the shared adapter stayed as it was.",
  ]);
  expect([0, 1, 2, 3, 4].map((round) => isWithoutSum(snapshot, round))).toEqual([true, true, false, false, false]);
  expect(isWithoutSum(snapshotOf({ rounds }), 1)).toBe(false);
  expect(secureSumView(secure({ rounds: [roundOf(0), roundOf(1)] }))?.lost).toEqual([]);
  // Where nobody shares what was learned alone there was nothing to sum.
  const atHome = { ...config, strategy: presetOf("fdlora", "private") };
  expect([0, 1].map((round) => isWithoutSum(secure({ config: atHome, rounds }), round))).toEqual([false, true]);
});

test("a sum under way says its step and who has answered", () => {
  const open = collecting(1, { config, clients });
  const exchange = { attempt: 1, step: "input" as const, asked: ["anna", "bram"], answered: ["bram"], clip: null };
  const snapshot = { ...open, openRound: open.openRound && { ...open.openRound, exchange } };
  expect(exchangeText(snapshot)).toBe("step 3 of 5: masked updates, 1 of 2 have answered");
  expect(["anna", "bram", "chen"].map((id) => answerOf(snapshot, id))).toEqual(["asked", "answered", null]);
});
