import { expect, test } from "vitest";
import { createIdentityPins } from "./identityPins.ts";
import { clientOf } from "./testing/snapshots.ts";

test("who was seen once is known by that key, also when the list is another one, and a second key is refused", () => {
  const pins = createIdentityPins();
  const [anna, bram] = [clientOf("anna", { identity: "a" }), clientOf("bram", { identity: "b" })];
  expect(pins.of([anna])).toEqual({ anna: "a" });
  expect(pins.of([bram, clientOf("cleo")])).toEqual({ anna: "a", bram: "b" });
  expect(() => pins.of([anna, { ...bram, identity: "x" }])).toThrow(
    expect.objectContaining({ code: "SECURE_REFUSED", message: expect.stringContaining("bram") }),
  );
  expect(pins.of([bram])).toEqual({ anna: "a", bram: "b" });
});
