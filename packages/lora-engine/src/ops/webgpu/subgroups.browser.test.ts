/** Reductions over rows with subgroups and without: both are held against the same float64 references. */
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { layerNormCases } from "../layerNorm/layerNorm.cases.ts";
import { maskedCrossEntropyCases } from "../maskedCrossEntropy/maskedCrossEntropy.cases.ts";
import { residualNormCases } from "../residualNorm/residualNorm.cases.ts";
import { rmsNormCases } from "../rmsNorm/rmsNorm.cases.ts";
import { testOpOn } from "../testing/testOp.ts";
import { unitRowsCases } from "../unitRows/unitRows.cases.ts";
import { webgpuBackend } from "./webgpuBackend.ts";
import { hasSubgroups } from "./wgsl.ts";

const CASES = {
  rmsNorm: rmsNormCases,
  layerNorm: layerNormCases,
  residualNorm: residualNormCases,
  unitRows: unitRowsCases,
  maskedCrossEntropy: maskedCrossEntropyCases,
};

describe.each([
  ["with subgroups", {}, true],
  ["without subgroups", { without: ["subgroups"] as const }, false],
] as const)("%s", (_, options, grouped) => {
  beforeAll(async () => {
    await useBackend("webgpu", 1, options);
  });

  test("the device is the one meant", () => {
    expect(hasSubgroups(webgpuBackend().device)).toBe(grouped);
  });

  for (const [name, cases] of Object.entries(CASES)) testOpOn("webgpu", name, cases, options);
});
