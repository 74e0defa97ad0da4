/** What is said of a runtime that gives up, in Chinese. */
import type { RUNTIME_SENTENCES } from "@duet/lora-core/errors/runtimeSentences";

export const RUNTIME: typeof RUNTIME_SENTENCES = {
  wasmStopped: (reason) => `计算在 WebAssembly 内部停止了（${reason}）。`,
};
