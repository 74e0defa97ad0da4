import { attentionCases } from "./attention/attention.cases.ts";
import { layerNormCases } from "./layerNorm/layerNorm.cases.ts";
import { loraLinearCases } from "./loraLinear/loraLinear.cases.ts";
import { maskedCrossEntropyCases } from "./maskedCrossEntropy/maskedCrossEntropy.cases.ts";
import { rmsNormCases } from "./rmsNorm/rmsNorm.cases.ts";
import { rotaryCases } from "./rotary/rotary.cases.ts";
import { selectRowsCases } from "./selectRows/selectRows.cases.ts";
import { swigluCases } from "./swiglu/swiglu.cases.ts";
import { testOpOn } from "./testing/testOp.ts";

testOpOn("webgpu", "loraLinear", loraLinearCases);
testOpOn("webgpu", "attention", attentionCases);
testOpOn("webgpu", "rmsNorm", rmsNormCases);
testOpOn("webgpu", "layerNorm", layerNormCases);
testOpOn("webgpu", "rotary", rotaryCases);
testOpOn("webgpu", "swiglu", swigluCases);
testOpOn("webgpu", "maskedCrossEntropy", maskedCrossEntropyCases);
testOpOn("webgpu", "selectRows", selectRowsCases);
