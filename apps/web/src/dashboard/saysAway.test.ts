import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { saysAway } from "./saysAway.ts";

test("what is noted of a client says that it is not here, or something of a round", () => {
  const told: readonly ClientView["told"][] = [["lost"], ["mayComeBack"], ["removed"], ["late"], null];
  expect(told.map((one) => saysAway({ told: one }))).toEqual([true, true, true, false, false]);
});
