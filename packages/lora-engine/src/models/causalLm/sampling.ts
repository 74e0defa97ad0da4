/**
 * Choosing the next token from one row of logits, on the host. Filters come in the order of transformers: temperature, then the k
 * most likely (Fan et al. 2018, arXiv:1805.04833), then the nucleus of probability p (Holtzman et al. 2019, arXiv:1904.09751).
 */

import type { SamplingOptions } from "@duet/lora-core/contract/answering";
import type { Random } from "@duet/lora-core/tensors/random";

export interface Candidate {
  readonly token: number;
  readonly probability: number;
}

/** Draws a token; one uniform number, none at temperature 0. Of equally likely ones temperature 0 takes the first. */
export function sampleToken(logits: Float32Array, options: SamplingOptions, uniform: Random): number {
  if (options.temperature === 0) return logits.indexOf(logits.reduce((highest, logit) => Math.max(highest, logit)));
  let left = uniform();
  const tokens = candidates(logits, options);
  for (const { token, probability } of tokens) {
    left -= probability;
    if (left < 0) return token;
  }
  return tokens.at(-1)?.token ?? 0;
}

/** The tokens that remain, likeliest first, with probabilities that add up to 1. `temperature` is above 0. */
export function candidates(logits: Float32Array, { temperature, topK, topP }: SamplingOptions): readonly Candidate[] {
  const order = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number));
  const likeliest = softmax(order.slice(0, topK === null ? order.length : countOfTopK(order, logits, topK)), logits, temperature);
  return topP === null ? likeliest : nucleus(likeliest, topP);
}

function countOfTopK(order: readonly number[], logits: Float32Array, topK: number): number {
  const least = logits[order[Math.min(topK, order.length) - 1] ?? 0] ?? Number.NEGATIVE_INFINITY;
  const beyond = order.findIndex((token) => (logits[token] as number) < least);
  return beyond < 0 ? order.length : beyond;
}

/** Probabilities of these tokens alone. */
function softmax(tokens: readonly number[], logits: Float32Array, temperature: number): readonly Candidate[] {
  const highest = logits[tokens[0] ?? 0] as number;
  const weights = tokens.map((token) => Math.exp(((logits[token] as number) - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return tokens.map((token, i) => ({ token, probability: (weights[i] as number) / total }));
}

/** At least one token stays. */
function nucleus(sorted: readonly Candidate[], topP: number): readonly Candidate[] {
  let before = 0;
  let count = 0;
  while (count < sorted.length && (count === 0 || before < topP)) before += sorted[count++]?.probability ?? 0;
  const kept = sorted.slice(0, count);
  return kept.map(({ token, probability }) => ({ token, probability: probability / before }));
}
