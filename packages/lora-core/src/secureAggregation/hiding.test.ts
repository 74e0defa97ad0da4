/**
 * What the coordinator and t - 1 clients in league with it can make of all that they have. Two runs: in the second, two honest clients have
 * swapped their updates, so that norms and the sum are the same.
 */
import { describe, expect, test } from "vitest";
import { publicKeyOf } from "./keyAgreement.ts";
import { addMasks, addVector, type Mask } from "./keystream.ts";
import { inverse, pairMask, selfMask } from "./pairwise.ts";
import { systemRandomBytes } from "./randomBytes.ts";
import { combineShares } from "./shares.ts";
import { castOf, termsOf } from "./testing/attemptRun.ts";
import { type Stage, stageBefore } from "./testing/attemptStage.ts";
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

async function viewOf(attempt: number, inputs: readonly Uint32Array[]): Promise<View> {
  const cast = castOf(termsOf(LENGTH, { attempt }), 5, systemRandomBytes);
  const vectorOf = (client: string) => inputs[HONEST.indexOf(client)] ?? new Uint32Array(LENGTH).fill(9);
  const stage = await stageBefore("unmask", cast, { vectorOf });
  const revelations = await Promise.all([...stage.participants.values()].map((each) => each.unmask(stage.agreements)));
  const masked = HONEST.map((client) => stage.masked.get(client) as Uint32Array);
  const rest: Uint32Array[] = [];
  for (const client of HONEST) {
    // Any t holders give the seed of a survivor.
    const seeds = revelations.flatMap((given) => given.seeds.filter(({ of }) => of === client).map(({ share }) => share));
    const own = inverse(selfMask(cast.terms, client, await combineShares(seeds)));
    const left = new Uint32Array(stage.masked.get(client) as Uint32Array);
    await addMasks(left, [own, ...(await knownPairs(stage, client))]);
    rest.push(left);
  }
  return { masked, rest };
}

const maskKeyOf = ({ keyList }: Stage, client: string) =>
  keyList.entries.find((entry) => entry.client === client)?.maskKey as Uint8Array;

/** What members of the league put on for an honest client, which is what that one took off; by secrets that they have forgotten since. */
async function knownPairs(stage: Stage, client: string): Promise<readonly Mask[]> {
  return await Promise.all(
    LEAGUE.map((member) => {
      const secrets = stage.states.get(member)?.find((state) => state.secrets)?.secrets;
      return pairMask(stage.cast.terms, member, secrets?.maskKey as Uint8Array, client, maskKeyOf(stage, client));
    }),
  );
}

function total(vectors: readonly Uint32Array[]): Uint32Array {
  const sum = new Uint32Array(LENGTH);
  for (const vector of vectors) addVector(sum, vector);
  return sum;
}

test("the shares of a mask key that the league holds do not give it", async () => {
  const stage = await stageBefore("agree", castOf(termsOf(1), 5));
  for (const client of HONEST) {
    const held = LEAGUE.map(
      (member) =>
        stage.states
          .get(member)
          ?.at(-1)
          ?.held.find(({ of }) => of === client)?.maskKey as Uint8Array,
    );
    expect(publicKeyOf(await combineShares(held))).not.toEqual(maskKeyOf(stage, client));
    const enough = [
      ...held,
      stage.states
        .get(client)
        ?.at(-1)
        ?.held.find(({ of }) => of === client)?.maskKey as Uint8Array,
    ];
    expect(publicKeyOf(await combineShares(enough))).toEqual(maskKeyOf(stage, client));
  }
});

describe("the coordinator and two of five clients", async () => {
  const views = {
    "as they are": await viewOf(1, [ADA, BEA, CYD]),
    "two swapped": await viewOf(2, [BEA, ADA, CYD]),
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
