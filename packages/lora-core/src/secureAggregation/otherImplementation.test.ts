/** Byte for byte what Python's `cryptography` makes of the same secrets: fixtures/secureAggregation. */
import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import { type Closed, createAggregator } from "./aggregator.ts";
import { keyListDigest } from "./announcement.ts";
import { attemptTerms, termsDigest } from "./attempt.ts";
import { decodeSum, encodeVector } from "./fixedPoint.ts";
import { federationPhrase, identityPhrase } from "./identity.ts";
import { addMasks, addVector, keystreamPiece } from "./keystream.ts";
import { keyAnnouncement, keyList, revelation, secretShares } from "./messages.ts";
import { maskingGraph, sparseDegree } from "./neighbours.ts";
import { packVector, unpackVector } from "./packedVector.ts";
import { pairMask, selfMask } from "./pairwise.ts";
import { openParticipant } from "./participant.ts";
import { systemRandomBytes } from "./randomBytes.ts";
import { combineShares } from "./shares.ts";

/** As it is in the file: what is bytes here is hexadecimal there. */
type Written<T> = T extends Uint8Array
  ? string
  : T extends readonly (infer U)[]
    ? Written<U>[]
    : T extends object
      ? { [K in keyof T]: Written<T[K]> }
      : T;

interface Fixture {
  readonly terms: unknown;
  readonly termsDigest: string;
  readonly identities: readonly { readonly client: string; readonly secretKey: string; readonly publicKey: string }[];
  readonly secrets: readonly {
    readonly client: string;
    readonly shareKey: string;
    readonly maskKey: string;
    readonly seed: string;
  }[];
  readonly keyList: Written<{ entries: { client: string; shareKey: Uint8Array; maskKey: Uint8Array; signature: Uint8Array }[] }>;
  readonly keyListDigest: string;
  readonly pairMasks: readonly { readonly low: string; readonly high: string; readonly key: string }[];
  readonly selfMasks: readonly { readonly client: string; readonly key: string }[];
  readonly dealt: readonly { readonly from: string; readonly to: string; readonly maskKey: string; readonly seed: string }[];
  readonly secretShares: readonly { readonly client: string; readonly message: unknown }[];
  readonly inputs: readonly {
    readonly client: string;
    readonly reals: readonly number[];
    readonly counts: readonly number[];
    readonly draws: string;
    readonly vector: string;
    readonly masked: string;
    /** As it travels. */
    readonly packed: string;
  }[];
  readonly survivors: readonly string[];
  readonly agreements: readonly { readonly client: string; readonly signature: string }[];
  readonly revelations: readonly { readonly client: string; readonly message: unknown }[];
  readonly sum: string;
  readonly decoded: { readonly reals: readonly number[]; readonly counts: readonly number[] };
  readonly keystream: { readonly key: string; readonly values: number; readonly sha256: string; readonly last: number };
  readonly graph: {
    readonly seed: string;
    readonly clients: readonly string[];
    readonly degree: number;
    readonly shareThreshold: number;
    readonly neighbours: Readonly<Record<string, readonly string[]>>;
    readonly degrees: readonly { readonly clients: number; readonly found: readonly [number, number] | null }[];
  };
  readonly phrases: { readonly identity: readonly number[]; readonly federation: readonly number[] };
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/secureAggregation/attempt.json", import.meta.url), "utf8"),
);
const terms = attemptTerms.parse(fixture.terms);
/** Hexadecimal texts of a message as bytes; the ids of clients are not. */
const withBytes = (message: unknown): unknown =>
  JSON.parse(JSON.stringify(message), (_, value) =>
    typeof value === "string" && /^([0-9a-f]{2}){12,}$/.test(value) ? hexToBytes(value) : value,
  );
const wordsAt = (hex: string) => new Uint32Array(hexToBytes(hex).buffer);
const of = <T extends { readonly client: string }>(list: readonly T[], client: string) =>
  list.find((entry) => entry.client === client) as T;

const clients = fixture.identities.map(({ client }) => client);
const identities = new Map(fixture.identities.map(({ client, publicKey }) => [client, hexToBytes(publicKey)]));
const list = keyList.parse(withBytes(fixture.keyList));
const sharesOf = (client: string) => secretShares.parse(withBytes(of(fixture.secretShares, client).message));
const revelationOf = (client: string) => revelation.parse(withBytes(of(fixture.revelations, client).message));

function closed<T>(outcome: Closed<T>): T {
  if (outcome.kind === "closed") return outcome.value;
  throw new Error("too few");
}

/** A client whose secrets are those of the fixture; boxes get nonces of the system. */
function openAs(client: string) {
  const { shareKey, maskKey, seed } = of(fixture.secrets, client);
  const drawn = [shareKey, maskKey, seed].map(hexToBytes);
  const { secretKey, publicKey } = of(fixture.identities, client);
  const identity = { secretKey: hexToBytes(secretKey), publicKey: hexToBytes(publicKey) };
  const randomBytes = (length: number) => new Uint8Array(drawn.shift() ?? systemRandomBytes(length));
  return openParticipant({ terms, client, identity, identities, randomBytes }, null, async () => undefined);
}

/** The coordinator with everything that the clients of the fixture sent, up to U3. */
async function aggregatorAfterInput() {
  const coordinator = createAggregator(terms, identities);
  for (const { client, ...announcement } of list.entries) await coordinator.takeKeys(client, keyAnnouncement.parse(announcement));
  expect(closed(coordinator.closeKeys())).toEqual(list);
  for (const client of clients) coordinator.takeShares(client, sharesOf(client));
  const deliveries = closed(coordinator.closeShares());
  for (const client of fixture.survivors) coordinator.takeInput(client);
  return { coordinator, deliveries, survivors: closed(coordinator.closeInputs()) };
}

test("terms and the list of keys have the same digests", () => {
  expect(bytesToHex(termsDigest(terms))).toBe(fixture.termsDigest);
  expect(bytesToHex(keyListDigest(terms, list))).toBe(fixture.keyListDigest);
});

test("masks have the same keys, from either end", async () => {
  for (const { low, high, key } of fixture.pairMasks) {
    for (const [client, peer, sign] of [
      [low, high, 1],
      [high, low, -1],
    ] as const) {
      const secretKey = hexToBytes(of(fixture.secrets, client).maskKey);
      const mask = await pairMask(terms, client, secretKey, peer, of(list.entries, peer).maskKey);
      expect({ key: bytesToHex(mask.key), sign: mask.sign }).toEqual({ key, sign });
    }
  }
  for (const { client, key } of fixture.selfMasks) {
    expect(bytesToHex(selfMask(terms, client, hexToBytes(of(fixture.secrets, client).seed)).key)).toBe(key);
  }
});

test("a keystream over several pieces is the same", async () => {
  const { key, values, last } = fixture.keystream;
  const stream = new Uint32Array(values);
  await addMasks(stream, [{ key: hexToBytes(key), sign: 1 }]);
  expect(stream.at(-1)).toBe(last);
  expect(bytesToHex(sha256(new Uint8Array(stream.buffer)))).toBe(fixture.keystream.sha256);
  expect((await keystreamPiece(hexToBytes(key), 400_000, 3)).join()).toBe(stream.subarray(400_000, 400_003).join());
});

test("any three of Python's shares give its secret", async () => {
  for (const client of clients) {
    const dealt = fixture.dealt.filter(({ from }) => from === client);
    const { maskKey, seed } = of(fixture.secrets, client);
    for (const start of [0, 1, 2]) {
      const three = dealt.slice(start, start + 3);
      expect(bytesToHex(await combineShares(three.map((piece) => hexToBytes(piece.maskKey))))).toBe(maskKey);
      expect(bytesToHex(await combineShares(three.map((piece) => hexToBytes(piece.seed))))).toBe(seed);
    }
  }
});

describe.each(["Zoe", "ada", "bea_2", "cyd-3"])("%s", (client) => {
  test("announces, encodes, opens, masks, agrees and reveals the same", async () => {
    const { deliveries, survivors } = await aggregatorAfterInput();
    const participant = await openAs(client);
    const { client: _, ...announcement } = of(list.entries, client);
    expect(await participant.announce()).toEqual(announcement);
    await participant.share(list);
    const input = of(fixture.inputs, client);
    const draws = hexToBytes(input.draws);
    const values = new Map([
      ["lora_A", input.reals],
      ["rows", input.counts],
    ]);
    const { vector } = encodeVector(terms.layout, values, () => new Uint8Array(draws));
    expect(vector).toEqual(wordsAt(input.vector));
    const delivery = deliveries.get(client);
    if (!delivery) throw new Error("no delivery");
    const masked = await participant.mask(delivery, vector);
    expect(masked).toEqual(wordsAt(input.masked));
    expect(bytesToHex(packVector(terms.layout, masked))).toBe(input.packed);
    const { signature } = await participant.agree(survivors);
    expect(bytesToHex(signature)).toBe(of(fixture.agreements, client).signature);
    const entries = fixture.agreements.map((entry) => ({ client: entry.client, signature: hexToBytes(entry.signature) }));
    const given = await participant.unmask({ entries });
    const expected = revelationOf(client);
    // Its own secret it shared itself, by another polynomial.
    expect(given.seeds.filter(({ of }) => of !== client)).toEqual(expected.seeds.filter(({ of }) => of !== client));
    expect(given.maskKeys).toEqual(expected.maskKeys);
  });
});

test("the coordinator finds the same sum, with one client gone", async () => {
  const { coordinator } = await aggregatorAfterInput();
  for (const { client, signature } of fixture.agreements)
    await coordinator.takeAgreement(client, { signature: hexToBytes(signature) });
  closed(coordinator.closeAgreements());
  for (const client of fixture.survivors) coordinator.takeRevelation(client, revelationOf(client));
  const recovery = await coordinator.closeRevelations();
  if (recovery.kind !== "masks") throw new Error(recovery.kind);
  const sum = new Uint32Array(13);
  for (const client of recovery.survivors)
    addVector(sum, unpackVector(terms.layout, hexToBytes(of(fixture.inputs, client).packed)));
  await addMasks(sum, recovery.masks);
  expect(unpackVector(terms.layout, packVector(terms.layout, sum))).toEqual(wordsAt(fixture.sum));
  const decoded = decodeSum(terms.layout, sum, recovery.survivors.length);
  expect([...(decoded.get("rows") ?? [])]).toEqual(fixture.decoded.counts);
  const reals = decoded.get("lora_A") ?? [];
  // float64, a few operations in the same order.
  for (const [i, value] of fixture.decoded.reals.entries()) expect(reals[i]).toBeCloseTo(value, 14);
});

test("graphs and words are the same", () => {
  const { seed, clients, degree, shareThreshold, neighbours, degrees } = fixture.graph;
  const graph = maskingGraph({ coordinator: "curious" }, hexToBytes(seed), clients);
  expect(graph.shareThreshold).toBe(shareThreshold);
  expect(Object.fromEntries(graph.neighbours)).toEqual(neighbours);
  expect(graph.neighbours.get("client-7")).toHaveLength(degree);
  for (const { clients, found } of degrees) {
    expect(sparseDegree(clients)).toEqual(found && { degree: found[0], shareThreshold: found[1] });
  }
  const words = (places: readonly number[]) => places.map((place) => wordlist[place]).join(" ");
  expect(identityPhrase(identities.get("ada") as Uint8Array)).toBe(words(fixture.phrases.identity));
  const everybody = [...identities].map(([client, publicKey]) => ({ client, publicKey })).reverse();
  expect(federationPhrase("ward-7", everybody)).toBe(words(fixture.phrases.federation));
});
