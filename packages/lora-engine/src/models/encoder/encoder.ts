/** The encoder family behind {@link LanguageModel}: scores labels by similarity, cannot generate. */

import { type EncoderConfig, encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import type { WeightPrecision } from "../../ops/frozenMatrix/frozenMatrix.ts";
import type { LanguageModel } from "../languageModel.ts";
import { embedTexts } from "./encoderForward.ts";
import { createEncoderTask } from "./encoderTask.ts";
import { disposeEncoderWeights, loadEncoderWeights } from "./encoderWeights.ts";

export interface EncoderFiles {
  readonly config: EncoderConfig;
  /** Tensors by their names in the checkpoint; only read. */
  readonly weights: NamedTensors;
  readonly tokenizer: TextTokenizer;
  /** Exact when left out. */
  readonly precision?: WeightPrecision | undefined;
}

/** Loads the base onto the current backend. @throws {RangeError} when the checkpoint does not fit config.json. */
export function createEncoder({ config, weights, tokenizer, precision }: EncoderFiles): LanguageModel {
  const encoder = { config, weights: loadEncoderWeights(config, weights, precision), tokenizer };
  return {
    family: "encoder",
    linears: encoderLinears(config),
    prepare: async (task) => {
      if (task.kind !== "label") {
        throw new DuetError("UNSUPPORTED_TASK", "This model compares texts and cannot write them");
      }
      return createEncoderTask(encoder, task.labels);
    },
    embed: async (texts) => {
      const embedded = tf.tidy(() => embedTexts({ ...encoder, adapter: null, dropout: null }, texts));
      try {
        return await embedded.array();
      } finally {
        embedded.dispose();
      }
    },
    generate: null,
    dispose: () => disposeEncoderWeights(encoder.weights),
  };
}
