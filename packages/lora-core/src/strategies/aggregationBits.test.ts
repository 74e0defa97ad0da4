import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeSafetensors } from "../checkpoints/safetensors.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { type Method, methodOf, strategies } from "./registry.ts";
import type { Contribution, ServerState } from "./strategy.ts";
import { randomRounds } from "./testing/randomRounds.ts";

/**
 * SHA-256 of what each preset made of the same contributions when all of a round were held in memory at once (commit 161f895): the
 * states as safetensors, and the aggregation errors with all their digits.
 */
const digests: Readonly<Record<string, string>> = JSON.parse(
  readFileSync("packages/lora-core/fixtures/aggregation/digests.json", "utf8"),
);
/** They remember every client's tensors or need all at once. The sums of all others are folded. */
const HOLD_ALL = ["scaffold", "fedamp", "fedalt", "flexlora", "flora", "fedex-lora"];

const presets = strategies
  .flatMap(({ id, presets }) => Object.entries(presets).map(([preset, config]) => ({ name: `${id}/${preset}`, id, config })))
  .filter(({ name }) => name in digests)
  .map(({ name, id, config }): [string, Method] => [name, methodOf({ id, config })]);

/** Every bit of a state, names and shapes included. */
function bytesOf({ shared, memory }: ServerState): Buffer {
  const names = Object.keys(memory).sort();
  return Buffer.concat([shared, ...names.map((name) => memory[name] ?? new Map())].map((tensors) => writeSafetensors(tensors)));
}

test.each(presets)("%s aggregates to the same bits as ever", (name, method) => {
  const hash = createHash("sha256");
  for (const { state, error } of randomRounds(method)) hash.update(bytesOf(state)).update(JSON.stringify(error));
  expect(hash.digest("hex")).toBe(digests[name]);
});

/** Contributions that are all read into one buffer: a value that is kept beyond its turn becomes somebody else's. */
function throughOneBuffer(contributions: readonly Contribution[]): readonly Contribution[] {
  const buffer: NamedTensors = new Map(
    [...(contributions[0]?.tensors ?? [])].map(([key, { shape, data }]): [string, HostTensor] => [
      key,
      { shape, data: data.slice() },
    ]),
  );
  return contributions.map(({ clientId, sampleCount, tensors }) => ({
    clientId,
    sampleCount,
    get tensors() {
      for (const [key, { data }] of tensors) buffer.get(key)?.data.set(data);
      return buffer;
    },
  }));
}

test.each(presets.filter(([, { id }]) => !HOLD_ALL.includes(id)))("%s needs one contribution at a time", (_, method) => {
  const states = (rounds: ReturnType<typeof randomRounds>) => rounds.map(({ state }) => bytesOf(state).toString("base64"));
  expect(states(randomRounds(method, throughOneBuffer))).toEqual(states(randomRounds(method)));
});
