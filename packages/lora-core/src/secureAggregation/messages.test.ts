import { expect, test } from "vitest";
import { canonicalBytes } from "./canonicalBytes.ts";
import { decodeMessage, encodeMessage } from "./messageCodec.ts";
import { agreements, keyAnnouncement, memberList, revelation } from "./messages.ts";

const announcement = {
  shareKey: new Uint8Array(32).fill(1),
  maskKey: new Uint8Array(32).fill(2),
  signature: new Uint8Array(64).fill(3),
};

test("a message comes back from its bytes as it was, and what is none is refused by name", () => {
  const content = encodeMessage(announcement);
  expect(decodeMessage(keyAnnouncement, content)).toEqual(announcement);
  expect(JSON.parse(new TextDecoder().decode(content)).shareKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  for (const wrong of [new Uint8Array([255]), new TextEncoder().encode("{}"), content.subarray(0, 40)]) {
    expect(() => decodeMessage(keyAnnouncement, wrong)).toThrow(expect.objectContaining({ reason: "unreadable" }));
  }
});

test("of a view its own bytes count, not its buffer's", () => {
  const shareKey = new Uint8Array(100).fill(9).subarray(20, 52);
  expect(keyAnnouncement.parse({ ...announcement, shareKey }).shareKey).toEqual(new Uint8Array(32).fill(9));
});

test.each([
  ["a key too short", { ...announcement, maskKey: new Uint8Array(31) }],
  ["a key too long", { ...announcement, maskKey: new Uint8Array(33) }],
  ["a list of numbers", { ...announcement, maskKey: Array.from({ length: 32 }, () => 1) }],
  ["a text", { ...announcement, maskKey: "a".repeat(32) }],
  ["something more", { ...announcement, secretKey: new Uint8Array(32) }],
])("%s is refused", (_, given) => {
  expect(keyAnnouncement.safeParse(given).success).toBe(false);
});

test.each([
  ["twice the same client", ["ada", "ada"]],
  ["another order", ["bea", "ada"]],
  ["the order of words, not of bytes", ["ada", "Zoe"]],
  ["what is no id", ["ada", "b\u00e9a"]],
  ["an empty id", [""]],
  ["more clients than there can be", Array.from({ length: 1001 }, (_, i) => `c${String(i).padStart(5, "0")}`)],
])("a list with %s is refused", (_, members) => {
  expect(memberList.safeParse(members).success).toBe(false);
  const signature = new Uint8Array(64);
  expect(agreements.safeParse({ entries: members.map((client) => ({ client, signature })) }).success).toBe(false);
  const seeds = members.map((of) => ({ of, share: new Uint8Array(33) }));
  expect(revelation.safeParse({ seeds, maskKeys: [] }).success).toBe(false);
});

test("names of an object's own machinery are ids like others", () => {
  expect(memberList.parse(["Zoe", "__proto__", "constructor"])).toEqual(["Zoe", "__proto__", "constructor"]);
});

test("no two lists of fields have the same canonical bytes", () => {
  expect([...canonicalBytes("ab", 1, Uint8Array.of(255))]).toEqual([2, 0, 0, 0, 97, 98, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 255]);
  const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], []].map((fields) =>
    canonicalBytes(...fields).join(),
  );
  expect(new Set(lists).size).toBe(lists.length);
  expect(() => canonicalBytes(2 ** 32)).toThrow(RangeError);
  expect(() => canonicalBytes(0.5)).toThrow(RangeError);
  expect(() => canonicalBytes(-1)).toThrow(RangeError);
});
