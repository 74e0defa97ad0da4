import { expect, test } from "vitest";
import { rotaryFrequencies } from "./rotaryFrequencies.ts";

// Expected: inv_freq of transformers 5.23.0's LlamaRotaryEmbedding, which computes in float32.

test.each([
  [0, 1],
  [8, 0.03760603070259094],
  [14, 0.0032114461064338684],
  [15, 0.0012905480107292533],
  [16, 0.000429556705057621],
  [17, 9.708286233944818e-5],
  [18, 1.9461638657958247e-5],
  [31, 9.418306490260875e-8],
])("Llama 3.2's scaling leaves fast pairs, divides slow ones and interpolates between: pair %i", (pair, expected) => {
  const fields = {
    rope_type: "llama3" as const,
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const frequencies = rotaryFrequencies({ headWidth: 64, theta: 500_000, scaling: { field: "rope_scaling", fields } });
  expect((frequencies[pair] ?? 0) / expected).toBeCloseTo(1, 5);
});

test("linear scaling divides every frequency", () => {
  const fields = { type: "linear" as const, factor: 4 };
  const frequencies = rotaryFrequencies({ headWidth: 64, theta: 10_000, scaling: { field: "rope_scaling", fields } });
  expect(frequencies).toHaveLength(32);
  expect(frequencies[1]).toBeCloseTo(0.18747355043888092, 7);
  expect((frequencies[31] ?? 0) / 3.333803761051968e-5).toBeCloseTo(1, 5);
});
