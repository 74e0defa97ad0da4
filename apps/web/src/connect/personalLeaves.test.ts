import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { personalLeaves } from "./personalLeaves.ts";

const federation = (method: string, preset?: string) =>
  defaultFederation({ name: "x", model: encoderBase, task: { kind: "text" }, method, ...(preset ? { preset } : {}) });

test("the join page says so only where the personal adapter is uploaded", () => {
  expect(personalLeaves(federation("fdlora", "recommended"))).toBe(true);
  expect(personalLeaves(federation("fdlora", "private"))).toBe(false);
  const fromSeed = federation("fdlora", "recommended");
  // From the common seed, but the personal adapter is still set to the copy that was uploaded.
  const strategy = { ...fromSeed.strategy, config: { ...fromSeed.strategy.config, init: "seed" } };
  expect(personalLeaves({ ...fromSeed, strategy })).toBe(true);
  expect(personalLeaves(federation("fedavg"))).toBe(false);
  expect(personalLeaves(federation("local"))).toBe(false);
  // FedAMP and FedALT send it to be mixed for others; Ditto, FedKD, FedRoD and FedDPA never do.
  expect(["fedamp", "fedalt"].map((method) => personalLeaves(federation(method)))).toEqual([true, true]);
  expect(["ditto", "fedkd", "fedrod", "feddpa"].some((method) => personalLeaves(federation(method)))).toBe(false);
});
