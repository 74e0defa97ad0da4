/** Small random models of every family with what transformers and peft make of them; from fixtures/causalLm/make_fixtures.py. */

import biasedBatch from "../../../../fixtures/causalLm/biased/batch.json" with { type: "json" };
import biasedConfig from "../../../../fixtures/causalLm/biased/config.json" with { type: "json" };
import biasedExpected from "../../../../fixtures/causalLm/biased/expected.safetensors?url&inline";
import biasedModel from "../../../../fixtures/causalLm/biased/model.safetensors?url&inline";
import gpt2Batch from "../../../../fixtures/causalLm/gpt2/batch.json" with { type: "json" };
import gpt2Config from "../../../../fixtures/causalLm/gpt2/config.json" with { type: "json" };
import gpt2Expected from "../../../../fixtures/causalLm/gpt2/expected.safetensors?url&inline";
import gpt2Model from "../../../../fixtures/causalLm/gpt2/model.safetensors?url&inline";
import groupedBatch from "../../../../fixtures/causalLm/grouped/batch.json" with { type: "json" };
import groupedConfig from "../../../../fixtures/causalLm/grouped/config.json" with { type: "json" };
import groupedExpected from "../../../../fixtures/causalLm/grouped/expected.safetensors?url&inline";
import groupedModel from "../../../../fixtures/causalLm/grouped/model.safetensors?url&inline";
import scaledBatch from "../../../../fixtures/causalLm/llama3-scaled/batch.json" with { type: "json" };
import scaledConfig from "../../../../fixtures/causalLm/llama3-scaled/config.json" with { type: "json" };
import scaledExpected from "../../../../fixtures/causalLm/llama3-scaled/expected.safetensors?url&inline";
import scaledModel from "../../../../fixtures/causalLm/llama3-scaled/model.safetensors?url&inline";
import qwen2Batch from "../../../../fixtures/causalLm/qwen2/batch.json" with { type: "json" };
import qwen2Config from "../../../../fixtures/causalLm/qwen2/config.json" with { type: "json" };
import qwen2Expected from "../../../../fixtures/causalLm/qwen2/expected.safetensors?url&inline";
import qwen2Model from "../../../../fixtures/causalLm/qwen2/model.safetensors?url&inline";
import qwen3Batch from "../../../../fixtures/causalLm/qwen3/batch.json" with { type: "json" };
import qwen3Config from "../../../../fixtures/causalLm/qwen3/config.json" with { type: "json" };
import qwen3Expected from "../../../../fixtures/causalLm/qwen3/expected.safetensors?url&inline";
import qwen3Model from "../../../../fixtures/causalLm/qwen3/model.safetensors?url&inline";

export interface Instance {
  readonly config: unknown;
  readonly batch: {
    readonly rows: readonly (readonly number[])[];
    readonly answerStarts: readonly number[];
    readonly rank: number;
    readonly alpha: number;
    /** Seven tokens after the first five of the first row, greedily, with the adapter. */
    readonly continuation: readonly number[];
  };
  /** Data URLs. */
  readonly model: string;
  readonly expected: string;
}

export const instances: readonly (readonly [string, Instance])[] = [
  [
    "Llama, grouped keys, tied head",
    { batch: groupedBatch, config: groupedConfig, model: groupedModel, expected: groupedExpected },
  ],
  [
    "Llama, biases, odd sizes, untied head",
    { batch: biasedBatch, config: biasedConfig, model: biasedModel, expected: biasedExpected },
  ],
  ["Llama 3 positions", { batch: scaledBatch, config: scaledConfig, model: scaledModel, expected: scaledExpected }],
  ["Qwen2, linearly scaled positions", { batch: qwen2Batch, config: qwen2Config, model: qwen2Model, expected: qwen2Expected }],
  ["Qwen3", { batch: qwen3Batch, config: qwen3Config, model: qwen3Model, expected: qwen3Expected }],
  ["GPT-2", { batch: gpt2Batch, config: gpt2Config, model: gpt2Model, expected: gpt2Expected }],
];
