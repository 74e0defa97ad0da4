import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenModel, openModel } from "../experiment/openModel.ts";
import { attackedFederation } from "./attackedFederation.ts";
import { type PoisonSettings, poisonSettings } from "./poisonRun.ts";

let opened: OpenModel;
beforeAll(async () => {
  opened = await openModel("models/use-lite");
}, 60_000);
afterAll(() => opened.model.dispose());

const small = { method: "fedavg", clients: 5, attackers: 1, seed: 2, rounds: 2, steps: 1, batchSize: 2, rows: 20 };
const run = (changed: Pick<PoisonSettings, "attack" | "defence"> & Partial<PoisonSettings>) =>
  attackedFederation(poisonSettings.parse({ ...small, ...changed }), opened);

test("who is left out does no harm, whatever it sends; and a run gives the same twice", async () => {
  const [flipped, again, scaled] = [
    await run({ attack: "signFlip", defence: "multiKrum" }),
    await run({ attack: "signFlip", defence: "multiKrum" }),
    await run({ attack: "scaled100", defence: "multiKrum" }),
  ];
  expect({ ...again, seconds: 0 }).toEqual({ ...flipped, seconds: 0 });
  expect(scaled.accuracy).toBe(flipped.accuracy);
  expect(flipped.honest.norm).toBeLessThan(2);
}, 120_000);

test("a protection that the method cannot have is refused", async () => {
  await expect(run({ attack: "signFlip", defence: "median", method: "flora" })).rejects.toThrow(/FLoRA stacks/);
});
