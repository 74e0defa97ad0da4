import { expect, test } from "vitest";
import { createIdentityPins } from "./identityPins.ts";
import { clientOf } from "./testing/snapshots.ts";

const [anna, bram] = [clientOf("anna", { identity: "a" }), clientOf("bram", { identity: "b" })];
const otherBram = { ...bram, identity: "x" };
const refusal = expect.objectContaining({ code: "SECURE_REFUSED", message: expect.stringContaining("bram") });

test("who was seen once is known by that key, also when the list is another one, and a second key is refused", () => {
  const pins = createIdentityPins({}, () => {});
  expect(pins.of([anna])).toEqual({ anna: "a" });
  expect(pins.of([bram, clientOf("cleo")])).toEqual({ anna: "a", bram: "b" });
  expect(() => pins.of([anna, otherBram])).toThrow(refusal);
  expect(pins.of([bram])).toEqual({ anna: "a", bram: "b" });
});

test("what was seen is kept whenever it is more, and whoever goes on from it refuses a second key at once", () => {
  const kept: Readonly<Record<string, string>>[] = [];
  const pins = createIdentityPins({ anna: "a" }, (all) => kept.push(all));
  pins.of([anna]);
  pins.of([anna, bram]);
  pins.of([bram]);
  expect(kept).toEqual([{ anna: "a", bram: "b" }]);
  expect(() => createIdentityPins(kept[0] ?? {}, () => {}).of([otherBram])).toThrow(refusal);
});
