/** The encoder family behind {@link LanguageModel}: scores labels by similarity, cannot generate. */

import { workError } from "@duet/lora-core/errors/workError";
import * as tf from "@tensorflow/tfjs";
import type { LanguageModel } from "../languageModel.ts";
import { createEncoderTask } from "./encoderTask.ts";
import type { SentenceEncoder } from "./sentenceEncoder.ts";

/** The model owns the encoder. */
export function createEncoder(encoder: SentenceEncoder): LanguageModel {
  return {
    family: "encoder",
    linears: encoder.linears,
    prepare: async (task) => {
      if (task.kind !== "label") {
        throw workError("UNSUPPORTED_TASK", ["cannotWrite"]);
      }
      return createEncoderTask(encoder, task.labels);
    },
    embed: async (texts) => {
      const embedded = tf.tidy(() => encoder.embed(texts, { adapter: null, dropout: null }));
      try {
        return await embedded.array();
      } finally {
        embedded.dispose();
      }
    },
    generate: null,
    dispose: () => encoder.dispose(),
  };
}
