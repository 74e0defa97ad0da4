import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { pino } from "pino";
import { expect, test } from "vitest";
import { testConfig } from "../../test/support/federations.ts";
import { readModelCatalogue } from "../models/modelCatalogue.ts";
import { defineFederation } from "./federation.ts";

test("where products are averaged, a federation with a robust mean is refused, with what could be had", async () => {
  const catalogue = await readModelCatalogue(["models/duet-tiny"], pino({ level: "silent" }));
  const config = testConfig({
    ranks: "svd",
    robustness: ROBUSTNESS.clip,
    strategy: { id: "fedavg", preset: "standard", config: {} },
  });
  expect(defineFederation(config, catalogue).adapterBytes).toBeGreaterThan(0);
  for (const robustness of [ROBUSTNESS.median, ROBUSTNESS.centeredClip])
    expect(() => defineFederation({ ...config, robustness }, catalogue)).toThrow(/^By SVD products of factors are averaged/);
});
