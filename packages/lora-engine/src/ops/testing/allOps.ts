/** Every op on a backend that only a browser has. */
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { attentionCases } from "../attention/attention.cases.ts";
import { exactGeluCases } from "../exactGelu/exactGelu.cases.ts";
import { geluCases } from "../gelu/gelu.cases.ts";
import { headCrossEntropyCases, wideHeadCrossEntropyCases } from "../headCrossEntropy/headCrossEntropy.cases.ts";
import { jointLinearCases } from "../jointLinear/jointLinear.cases.ts";
import { layerNormCases } from "../layerNorm/layerNorm.cases.ts";
import { loraLinearCases } from "../loraLinear/loraLinear.cases.ts";
import { maskedCrossEntropyCases } from "../maskedCrossEntropy/maskedCrossEntropy.cases.ts";
import { meanOfCases } from "../meanOf/meanOf.cases.ts";
import { reluCases } from "../relu/relu.cases.ts";
import { residualNormCases } from "../residualNorm/residualNorm.cases.ts";
import { rmsNormCases } from "../rmsNorm/rmsNorm.cases.ts";
import { rotaryCases } from "../rotary/rotary.cases.ts";
import { rowMeansCases } from "../rowMeans/rowMeans.cases.ts";
import { selectRowsCases } from "../selectRows/selectRows.cases.ts";
import { selfAttentionCases } from "../selfAttention/selfAttention.cases.ts";
import { swigluCases } from "../swiglu/swiglu.cases.ts";
import { unitRowsCases } from "../unitRows/unitRows.cases.ts";
import { testFrozenRowsOn } from "./frozenRows.ts";
import { testOpOn } from "./testOp.ts";

/** Registers the tests of all ops; see testOpOn. */
export function testAllOpsOn(backend: BackendName): void {
  testOpOn(backend, "loraLinear", loraLinearCases);
  testOpOn(backend, "jointLinear", jointLinearCases);
  testOpOn(backend, "attention", attentionCases);
  testOpOn(backend, "selfAttention", selfAttentionCases);
  testOpOn(backend, "rmsNorm", rmsNormCases);
  testOpOn(backend, "layerNorm", layerNormCases);
  testOpOn(backend, "residualNorm", residualNormCases);
  testOpOn(backend, "meanOf", meanOfCases);
  testOpOn(backend, "relu", reluCases);
  testOpOn(backend, "unitRows", unitRowsCases);
  testOpOn(backend, "rotary", rotaryCases);
  testOpOn(backend, "swiglu", swigluCases);
  testOpOn(backend, "gelu", geluCases);
  testOpOn(backend, "exactGelu", exactGeluCases);
  testOpOn(backend, "maskedCrossEntropy", maskedCrossEntropyCases);
  testOpOn(backend, "headCrossEntropy", [...headCrossEntropyCases, ...wideHeadCrossEntropyCases]);
  testOpOn(backend, "rowMeans", rowMeansCases);
  testOpOn(backend, "selectRows", selectRowsCases);
  testFrozenRowsOn(backend);
}
