import { describe, expect, it } from "vitest";
import { describeMethod } from "./conformance.ts";
import { methodOf, strategies } from "./registry.ts";

for (const strategy of strategies) {
  for (const [preset, config] of Object.entries(strategy.presets)) {
    describe(`${strategy.id}, preset ${preset}`, () => {
      describeMethod(methodOf({ id: strategy.id, config }));
    });
  }
}

describe("methodOf", () => {
  it("names the methods there are when asked for another", () => {
    expect(() => methodOf({ id: "fedsgd", config: {} })).toThrow(/fdlora, fedavg, local, fedprox/);
  });
  it("names the field that a config gets wrong", () => {
    const config = { ...strategies[0].presets.paper, weighting: "by-hand" };
    expect(() => methodOf({ id: "fdlora", config })).toThrow(/weighting/);
  });
});
