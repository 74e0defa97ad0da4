/**
 * What the coordinator and t - 1 clients in league with it can make of all that they have. Two runs: in the second, two honest clients have
 * swapped their updates, so that norms and the sum are the same.
 */
import { describe, expect, test } from "vitest";
import { createAggregator } from "./aggregator.ts";
import { addMasks, addVector, type Mask } from "./keystream.ts";
import type { Delivery } from "./messages.ts";
import { pairMask, selfMask } from "./pairwise.ts";
import { openParticipant, type ParticipantState } from "./participant.ts";
import { systemRandomBytes } from "./randomBytes.ts";
import { combineShares } from "./shares.ts";
import { type Cast, castOf, termsOf } from "./testing/attemptRun.ts";
import { bytesOf, chiSquareOf, SUSPICIOUS } from "./testing/uniformity.ts";

/** 400,000 bytes. */
const LENGTH = 100_000;
const HONEST = ["client-0000", "client-0001", "client-0002"];
const LEAGUE = ["client-0003", "client-0004"];

/** Very unlike each other, and of one norm. */
const ADA = Uint32Array.from({ length: LENGTH }, (_, i) => (i % 2 === 0 ? 1000 : 3));
const BEA = Uint32Array.from({ length: LENGTH }, (_, i) => (i % 2 === 0 ? 3 : 1000));
const CYD = Uint32Array.from({ length: LENGTH }, (_, i) => i % 777);

/** What is left of the masked vectors of the honest, once everything is off that league and coordinator know of. */
interface View {
  readonly masked: readonly Uint32Array[];
  readonly rest: readonly Uint32Array[];
}

async function viewOf(cast: Cast, inputs: readonly Uint32Array[]): Promise<View> {
  const coordinator = createAggregator(cast.terms, cast.identities);
  const states = new Map<string, ParticipantState[]>();
  const open = async (client: string) => {
    const kept: ParticipantState[] = [];
    states.set(client, kept);
    const { terms, identities, keys } = cast;
    const identity = keys.get(client) ?? { secretKey: new Uint8Array(), publicKey: new Uint8Array() };
    return await openParticipant(
      { terms, client, identity, identities, randomBytes: systemRandomBytes },
      null,
      async (state) => void kept.push(state),
    );
  };
  const participants = await Promise.all(cast.clients.map(async (client) => ({ client, participant: await open(client) })));
  for (const { client, participant } of participants) await coordinator.takeKeys(client, await participant.announce());
  const keyList = coordinator.closeKeys();
  if (keyList.kind !== "closed") throw new Error("too few");
  for (const { client, participant } of participants) coordinator.takeShares(client, await participant.share(keyList.value));
  const deliveries = coordinator.closeShares();
  if (deliveries.kind !== "closed") throw new Error("too few");
  const masked: Uint32Array[] = [];
  for (const [place, { client, participant }] of participants.entries()) {
    masked.push(await participant.mask(deliveries.value.get(client) as Delivery, inputs[place] as Uint32Array));
    coordinator.takeInput(client);
  }
  const survivors = coordinator.closeInputs();
  if (survivors.kind !== "closed") throw new Error("too few");
  for (const { client, participant } of participants)
    await coordinator.takeAgreement(client, await participant.agree(survivors.value));
  const agreements = coordinator.closeAgreements();
  if (agreements.kind !== "closed") throw new Error("too few");
  const revelations = await Promise.all(participants.map(({ participant }) => participant.unmask(agreements.value)));
  const maskKeyOf = (client: string) => keyList.value.entries.find((entry) => entry.client === client)?.maskKey as Uint8Array;
  const rest: Uint32Array[] = [];
  for (const [place, client] of HONEST.entries()) {
    const shares = revelations.flatMap(({ seeds }) => seeds.filter(({ of }) => of === client).map(({ share }) => share));
    const { sign: _, key } = selfMask(cast.terms, client, await combineShares(shares));
    const known: Mask[] = [{ key, sign: -1 }];
    for (const member of LEAGUE) {
      // The league's own secrets, as its members had them before they forgot them.
      const secret = states.get(member)?.find(({ secrets }) => secrets)?.secrets?.maskKey as Uint8Array;
      // What a member would add for the honest one is what that one subtracted.
      known.push(await pairMask(cast.terms, member, secret, client, maskKeyOf(client)));
    }
    const left = new Uint32Array(masked[place] as Uint32Array);
    await addMasks(left, known);
    rest.push(left);
    await expectNoKey(states, client, maskKeyOf(client));
  }
  return { masked: masked.slice(0, HONEST.length), rest };
}

/** The shares of a mask key that the league has do not give it. */
async function expectNoKey(
  states: ReadonlyMap<string, readonly ParticipantState[]>,
  client: string,
  publicKey: Uint8Array,
): Promise<void> {
  const held = LEAGUE.map((member) => {
    const shares = states.get(member)?.flatMap((state) => state.held.filter(({ of }) => of === client)) ?? [];
    return shares[0]?.maskKey as Uint8Array;
  });
  expect(held).toHaveLength(2);
  const { x25519 } = await import("@noble/curves/ed25519.js");
  expect(x25519.getPublicKey(await combineShares(held))).not.toEqual(publicKey);
}

function total(vectors: readonly Uint32Array[]): Uint32Array {
  const sum = new Uint32Array(LENGTH);
  for (const vector of vectors) addVector(sum, vector);
  return sum;
}

describe("the coordinator and two of five clients", async () => {
  const league = LEAGUE.map(() => new Uint32Array(LENGTH).fill(9));
  const cast = castOf(termsOf(LENGTH), 5);
  const views = {
    "as they are": await viewOf(cast, [ADA, BEA, CYD, ...league]),
    "two swapped": await viewOf({ ...cast, terms: { ...cast.terms, attempt: 2 } }, [BEA, ADA, CYD, ...league]),
  };

  test.each(Object.entries(views))("see uniform bytes of everybody, and of any two together: %s", (_, { masked, rest }) => {
    for (const vector of [...masked, ...rest]) expect(chiSquareOf(bytesOf(vector))).toBeLessThan(SUSPICIOUS);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const pair = total([rest[a] as Uint32Array, rest[b] as Uint32Array]);
      expect(chiSquareOf(bytesOf(pair))).toBeLessThan(SUSPICIOUS);
    }
  });

  test("have the sum of the honest exactly, and the same in both runs", () => {
    for (const { rest } of Object.values(views)) expect(total(rest)).toEqual(total([ADA, BEA, CYD]));
  });

  test("explain what they see as well by the swapped updates: the masks that it takes cancel, and are uniform, too", () => {
    const { rest } = views["as they are"];
    for (const guess of [
      [ADA, BEA, CYD],
      [BEA, ADA, CYD],
      [CYD, ADA, BEA],
    ]) {
      const masks = rest.map((left, place) => left.map((value, i) => value - (guess[place]?.[i] as number)));
      expect(total(masks)).toEqual(new Uint32Array(LENGTH));
      for (const mask of masks) expect(chiSquareOf(bytesOf(mask))).toBeLessThan(SUSPICIOUS);
    }
  });

  test("would be found out to see something if one mask were missing", () => {
    expect(chiSquareOf(bytesOf(ADA))).toBeGreaterThan(100 * SUSPICIOUS);
  });
});
