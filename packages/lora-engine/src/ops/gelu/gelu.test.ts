import { expect, it } from "vitest";
import { expectClose } from "../testing/expectClose.ts";
import { testOpOn, testReference } from "../testing/testOp.ts";
import { geluCases } from "./gelu.cases.ts";
import { geluForward } from "./gelu.reference.ts";

testReference("gelu", geluCases);
testOpOn("cpu", "gelu", geluCases);
testOpOn("wasm", "gelu", geluCases);

it("is the tanh form, not the exact one", () => {
  // transformers' NewGELUActivation at -1, 0.5 and 2.
  expectClose(geluForward(Float64Array.of(-1, 0.5, 2)), [-0.15880801, 0.34571401, 1.95459769], { relative: 1e-7, absolute: 0 });
  expect(geluForward(Float64Array.of(0))[0]).toBe(0);
});
