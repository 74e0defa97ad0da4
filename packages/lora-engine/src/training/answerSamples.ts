/**
 * Has a few test rows answered by every adapter that a round measures, so that whose rows they are sees what learning changes: labels with how sure
 * they are, or texts. docs/adr/0092 says what that takes of a round.
 */
import type { KeptSamples, SampleAnswer, TakenSamples } from "@duet/lora-core/contract/answerSamples";
import type { DeviceAdapter, Example, TaskModel } from "../models/languageModel.ts";

const ROWS = 3;
/** Every token is a pass, of which ten take about as long as a step: texts go no further. */
const MOST_TOKENS = 12;

/** Which of the `test` rows are answered: some of the `sample`, as far apart in it as they can be. */
export function samplePlaces(test: readonly Example[], sample: readonly Example[]): readonly number[] {
  const count = Math.min(ROWS, sample.length);
  return Array.from({ length: count }, (_, i) => sample[Math.floor((i * sample.length) / count)]).flatMap((example) =>
    example ? [test.indexOf(example)] : [],
  );
}

/** Null where the model has no answers. `beforeToken` may throw to stop. */
export async function answerSamples(
  model: TaskModel,
  rows: readonly Example[],
  adapter: DeviceAdapter | null,
  beforeToken: () => Promise<void>,
): Promise<readonly SampleAnswer[] | null> {
  if (model.write) {
    const pairs = await model.write(rows, adapter, { maxNewTokens: MOST_TOKENS, beforeToken });
    return pairs.map(({ written }) => ({ kind: "text", text: written }));
  }
  if (!model.predict) return null;
  await beforeToken();
  const inputs = rows.map(({ tokens, answerStart }) => tokens.subarray(0, answerStart));
  const predictions = await model.predict(inputs, adapter);
  return predictions.map(({ label, probabilities }) => ({ kind: "label", label, probability: probabilities[label] ?? 0 }));
}

/** With what a round has taken; where that is of other rows, what was before is of no use any more. */
export function withSamples(before: KeptSamples | null, round: number, { places, answers }: TakenSamples): KeptSamples {
  const isOfThese = before !== null && before.places.join() === places.join();
  const earlier = isOfThese ? before.rounds.filter((kept) => kept.round < round) : [];
  return { places, rounds: [...earlier, { round, answers }] };
}
