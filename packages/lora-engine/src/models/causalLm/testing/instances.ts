/** Small random models of every family with what transformers and peft make of them; from fixtures/causalLm/make_fixtures.py. */

import biasedBatch from "@duet/lora-core/fixtures/causalLm/biased/batch.json" with { type: "json" };
import biasedConfig from "@duet/lora-core/fixtures/causalLm/biased/config.json" with { type: "json" };
import biasedExpected from "@duet/lora-core/fixtures/causalLm/biased/expected.safetensors?url&inline";
import biasedModel from "@duet/lora-core/fixtures/causalLm/biased/model.safetensors?url&inline";
import gpt2Batch from "@duet/lora-core/fixtures/causalLm/gpt2/batch.json" with { type: "json" };
import gpt2Config from "@duet/lora-core/fixtures/causalLm/gpt2/config.json" with { type: "json" };
import gpt2Expected from "@duet/lora-core/fixtures/causalLm/gpt2/expected.safetensors?url&inline";
import gpt2Model from "@duet/lora-core/fixtures/causalLm/gpt2/model.safetensors?url&inline";
import groupedBatch from "@duet/lora-core/fixtures/causalLm/grouped/batch.json" with { type: "json" };
import groupedConfig from "@duet/lora-core/fixtures/causalLm/grouped/config.json" with { type: "json" };
import groupedExpected from "@duet/lora-core/fixtures/causalLm/grouped/expected.safetensors?url&inline";
import groupedModel from "@duet/lora-core/fixtures/causalLm/grouped/model.safetensors?url&inline";
import scaledBatch from "@duet/lora-core/fixtures/causalLm/llama3-scaled/batch.json" with { type: "json" };
import scaledConfig from "@duet/lora-core/fixtures/causalLm/llama3-scaled/config.json" with { type: "json" };
import scaledExpected from "@duet/lora-core/fixtures/causalLm/llama3-scaled/expected.safetensors?url&inline";
import scaledModel from "@duet/lora-core/fixtures/causalLm/llama3-scaled/model.safetensors?url&inline";
import qwen2Batch from "@duet/lora-core/fixtures/causalLm/qwen2/batch.json" with { type: "json" };
import qwen2Config from "@duet/lora-core/fixtures/causalLm/qwen2/config.json" with { type: "json" };
import qwen2Expected from "@duet/lora-core/fixtures/causalLm/qwen2/expected.safetensors?url&inline";
import qwen2Model from "@duet/lora-core/fixtures/causalLm/qwen2/model.safetensors?url&inline";
import qwen3Batch from "@duet/lora-core/fixtures/causalLm/qwen3/batch.json" with { type: "json" };
import qwen3Config from "@duet/lora-core/fixtures/causalLm/qwen3/config.json" with { type: "json" };
import qwen3Expected from "@duet/lora-core/fixtures/causalLm/qwen3/expected.safetensors?url&inline";
import qwen3Model from "@duet/lora-core/fixtures/causalLm/qwen3/model.safetensors?url&inline";

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
