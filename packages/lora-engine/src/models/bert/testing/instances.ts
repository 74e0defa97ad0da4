/** Small random models of the BERT family with what other implementations make of them; from fixtures/bert/make_fixtures.py. */
import bertBatch from "@duet/lora-core/fixtures/bert/bert/batch.json" with { type: "json" };
import bertConfig from "@duet/lora-core/fixtures/bert/bert/config.json" with { type: "json" };
import bertExpected from "@duet/lora-core/fixtures/bert/bert/expected.safetensors?url&inline";
import bertModel from "@duet/lora-core/fixtures/bert/bert/model.safetensors?url&inline";
import bertTokenizer from "@duet/lora-core/fixtures/bert/bert/tokenizer.json" with { type: "json" };
import robertaBatch from "@duet/lora-core/fixtures/bert/roberta/batch.json" with { type: "json" };
import robertaConfig from "@duet/lora-core/fixtures/bert/roberta/config.json" with { type: "json" };
import robertaExpected from "@duet/lora-core/fixtures/bert/roberta/expected.safetensors?url&inline";
import robertaModel from "@duet/lora-core/fixtures/bert/roberta/model.safetensors?url&inline";
import robertaTokenizer from "@duet/lora-core/fixtures/bert/roberta/tokenizer.json" with { type: "json" };

export interface BertInstance {
  /** config.json with what the files of sentence-transformers beside it say. */
  readonly config: object;
  readonly tokenizer: unknown;
  readonly batch: {
    readonly texts: readonly string[];
    readonly labels: readonly string[];
    /** Index into the labels by text. */
    readonly answers: readonly number[];
    /** Ids of the texts, with prompt and frame. */
    readonly rows: readonly (readonly number[])[];
    readonly rank: number;
    readonly alpha: number;
  };
  /** Data URLs. */
  readonly model: string;
  readonly expected: string;
}

export const bertInstances: readonly (readonly [string, BertInstance])[] = [
  [
    "BERT, mean pooling, a prompt",
    {
      config: { ...bertConfig, sentence_transformers: { pooling: "mean", maxTokens: 24, prompt: "query: " } },
      tokenizer: bertTokenizer,
      batch: bertBatch,
      model: bertModel,
      expected: bertExpected,
    },
  ],
  [
    "RoBERTa, first token, saved with a head",
    {
      config: { ...robertaConfig, sentence_transformers: { pooling: "cls", maxTokens: 24, prompt: "" } },
      tokenizer: robertaTokenizer,
      batch: robertaBatch,
      model: robertaModel,
      expected: robertaExpected,
    },
  ],
];
