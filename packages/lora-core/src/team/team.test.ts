import { expect, test } from "vitest";
import { averagingAt, awaited, contributed, expecting, isComplete, meanOf } from "./averaging.ts";
import { fromBytes, toBytes } from "./plainBytes.ts";
import { createStreamReceiver, createStreamSender, PIECE_BYTES } from "./sealedStream.ts";
import { successorOf } from "./succession.ts";
import { TeamError } from "./teamError.ts";
import { createTeamSecret, teamKeys } from "./teamLink.ts";
import { decodeTeamMessage, encodeTeamMessage } from "./teamMessages.ts";

const { room, key } = teamKeys(createTeamSecret(), "federation");
const ends = { room, from: "alice", to: "bob" };

async function framesOf(message: Uint8Array, sender = createStreamSender(key, ends)): Promise<Uint8Array<ArrayBuffer>[]> {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for await (const frame of sender.frames(message)) frames.push(frame);
  return frames;
}
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof TeamError ? error.fault : error),
  );

test("what a room and its key are follows from the secret and the federation, one way", () => {
  const secret = createTeamSecret();
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(teamKeys(secret, "a")).toEqual(teamKeys(secret, "a"));
  const [a, b, other] = [teamKeys(secret, "a"), teamKeys(secret, "b"), teamKeys(createTeamSecret(), "a")];
  expect(new Set([a, b, other].map((keys) => keys.room)).size).toBe(3);
  expect(new Set([a, b, other].map((keys) => keys.key.join())).size).toBe(3);
  expect(a.room).not.toContain(secret);
});

test("a message of several frames arrives whole, and the next one after it", async () => {
  const sender = createStreamSender(key, ends);
  const receiver = createStreamReceiver(key, ends);
  const long = Uint8Array.from({ length: 2 * PIECE_BYTES + 5 }, (_, i) => i * 31);
  const frames = [...(await framesOf(long, sender)), ...(await framesOf(Uint8Array.of(7), sender))];
  expect(frames).toHaveLength(4);
  const arrived: unknown[] = [];
  for (const frame of frames) arrived.push(await receiver.receive(frame));
  expect(arrived).toEqual([null, null, long, Uint8Array.of(7)]);
  expect(await createStreamReceiver(key, ends).receive((await framesOf(new Uint8Array(0)))[0] ?? new Uint8Array())).toEqual(
    new Uint8Array(0),
  );
});

test("frames that come again, are left out, changed, or meant for somebody else are not opened", async () => {
  const frames = await framesOf(new Uint8Array(2 * PIECE_BYTES + 1));
  const [first, second, third] = frames as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  const begun = async () => {
    const receiver = createStreamReceiver(key, ends);
    await receiver.receive(first);
    return receiver;
  };
  expect(await faultOf((await begun()).receive(first))).toBe("order");
  expect(await faultOf((await begun()).receive(third))).toBe("order");
  const changed = second.slice();
  changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
  expect(await faultOf((await begun()).receive(changed))).toBe("sealed");
  // The number is bound: the second one does not pass for the first.
  const renumbered = second.slice();
  renumbered[16] = 0;
  expect(await faultOf(createStreamReceiver(key, ends).receive(renumbered))).toBe("sealed");
  for (const wrong of [
    { ...ends, from: "carol" },
    { ...ends, to: null },
    { ...ends, to: "carol" },
  ]) {
    expect(await faultOf(createStreamReceiver(key, wrong).receive(first))).toBe("sealed");
  }
  const { key: otherKey } = teamKeys(createTeamSecret(), "federation");
  expect(await faultOf(createStreamReceiver(otherKey, ends).receive(first))).toBe("sealed");
  expect(await faultOf(createStreamReceiver(key, ends).receive(first.subarray(0, 10)))).toBe("sealed");
});

test("after another connection of the same member nothing of the one before is opened", async () => {
  const [[old], [again]] = [await framesOf(Uint8Array.of(1)), await framesOf(Uint8Array.of(2))];
  const receiver = createStreamReceiver(key, ends);
  const receive = (frame: Uint8Array | undefined) => receiver.receive(frame ?? new Uint8Array());
  expect([await receive(old), await receive(again)]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  expect(await faultOf(receive(old))).toBe("order");
});

test("who comes in the middle of a message hears the next one", async () => {
  const sender = createStreamSender(key, ends);
  const [, second] = await framesOf(new Uint8Array(2 * PIECE_BYTES), sender);
  const [next] = await framesOf(Uint8Array.of(1, 2), sender);
  const receiver = createStreamReceiver(key, ends);
  expect(await receiver.receive(second ?? new Uint8Array())).toBeNull();
  expect(await receiver.receive(next ?? new Uint8Array())).toEqual(Uint8Array.of(1, 2));
});

test("plain data comes back with its maps and arrays, and no other form of a message is taken", () => {
  const value = {
    list: [1, "two", null, { a: true }],
    map: new Map([["k", { shape: [2], data: Float32Array.of(0.1, -2e-30) }]]),
    bytes: Uint8Array.of(1, 2, 3),
    floats: Float32Array.of(Number.MAX_VALUE, 1 / 3),
  };
  expect(fromBytes(toBytes(value))).toEqual(value);
  expect(() => fromBytes(toBytes(value).subarray(0, -1))).toThrow(TeamError);
  expect(() => fromBytes(Uint8Array.of(9, 0, 0, 0, 1))).toThrow(TeamError);
  const part = { kind: "part", training: "1.1 train 0", step: 3, values: Float32Array.of(1, 2), weight: 4 } as const;
  expect(decodeTeamMessage(encodeTeamMessage(part))).toEqual(part);
  for (const wrong of [{ ...part, weight: 0 }, { ...part, more: 1 }, { kind: "nothing" }, { ...part, values: [1, 2] }]) {
    expect(() => decodeTeamMessage(toBytes(wrong))).toThrow(/form that is not known/);
  }
});

test("an averaging waits for whom it expects, counts each once, and weighs them", () => {
  const give = (...values: number[]) => ({ values: Float32Array.from(values), weight: values.length });
  let averaging = averagingAt(4, ["a", "b", "c"]);
  averaging = contributed(averaging, "b", 4, { ...give(2, 4), weight: 3 });
  expect(awaited(averaging)).toEqual(["a", "c"]);
  // Not expected; of another step; a second time.
  expect(contributed(averaging, "d", 4, give(1, 1))).toBe(averaging);
  expect(contributed(averaging, "a", 5, give(1, 1))).toBe(averaging);
  expect(contributed(averaging, "b", 4, give(9, 9))).toBe(averaging);
  averaging = contributed(averaging, "a", 4, { ...give(0, 0), weight: 1 });
  expect(isComplete(averaging)).toBe(false);
  // The third has gone; what was given counts, also of who has gone since.
  averaging = expecting(averaging, ["a"]);
  expect(isComplete(averaging)).toBe(true);
  expect(meanOf(averaging)).toEqual({ values: Float32Array.of(1.5, 3), weight: 4 });
  expect(isComplete(averagingAt(1, []))).toBe(false);
  expect(() => meanOf(contributed(averaging, "a", 4, give(1)))).not.toThrow();
  const unequal = contributed(contributed(averagingAt(1, ["a", "b"]), "a", 1, give(1)), "b", 1, give(1, 2));
  expect(() => meanOf(unequal)).toThrow(/different sizes/);
});

test("the longest there of the training leads next, else of those that could", () => {
  const present = [
    { member: "new", seat: 9 },
    { member: "b", seat: 4 },
    { member: "a", seat: 2 },
  ];
  expect(successorOf({ present, mates: ["a", "b"], training: ["b"] })).toBe("b");
  expect(successorOf({ present, mates: ["a", "b"], training: ["gone"] })).toBe("a");
  expect(successorOf({ present, mates: ["gone"], training: ["gone"] })).toBeNull();
});
