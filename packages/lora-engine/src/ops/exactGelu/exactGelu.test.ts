import * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../testing/expectClose.ts";
import { testOpOn, testReference } from "../testing/testOp.ts";
import { exactGeluCases } from "./exactGelu.cases.ts";
import { exactGeluForward } from "./exactGelu.reference.ts";
import { exactGelu } from "./exactGelu.ts";

testReference("exactGelu", exactGeluCases);
testOpOn("cpu", "exactGelu", exactGeluCases);
testOpOn("wasm", "exactGelu", exactGeluCases);

it("is the exact form, not that of the tanh", () => {
  // torch.nn.functional.gelu at -1, 0.5 and 2 in float64.
  const expected = [-0.15865525393145707, 0.34573123063700656, 1.9544997361036416];
  expectClose(exactGeluForward(Float64Array.of(-1, 0.5, 2)), expected, { relative: 1e-12, absolute: 0 });
});

describe.each(["cpu", "wasm"] as const)("exactGelu on %s", (backend) => {
  it("is as exact as float32 over the values of a hidden state", async () => {
    await useBackend(backend);
    const x = Float64Array.from({ length: 1201 }, (_, i) => Math.fround((i - 600) / 100));
    const y = await tf.tidy(() => exactGelu(tf.tensor2d(Float32Array.from(x), [1, 1201]))).data();
    expectClose(y, exactGeluForward(x), { relative: 2e-7, absolute: 4e-7 });
  });
});
