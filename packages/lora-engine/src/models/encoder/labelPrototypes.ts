/**
 * Labels as vectors that learn. With e0 the untouched base, n a client's rows, and V what an adapter carries:
 *
 *   p_c = u(w e0(text of c) + V_c),  u(x) = x / |x|,  score(x, c) = tau e(x) p_c
 *   V_c = (L / n) sum of e0(x) over the rows x of label c            before any step
 *
 * So p_c is the mean of the rows of a label on the frozen base, among which its text counts as a fifth of what a label has on average. A
 * mean of clients' V, weighted by their rows, is the V of all their rows together: class means of a federation in one round of what it
 * sends anyway (Snell et al. 2017, arXiv 1703.05175; federated: Tan et al. 2022, arXiv 2105.00243), and a label that a client has no row of
 * is what its text says, until others' rows come.
 */
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { unitRows } from "../../ops/unitRows/unitRows.ts";
import type { Example } from "../languageModel.ts";
import type { SentenceEncoder } from "./sentenceEncoder.ts";

/** w: chosen on the tuning pools of three data sets (docs/experiments.md); half or twice of it is as good. */
const TEXT_WEIGHT = 0.2;

/** Rows of a pass. */
const ROWS_AT_ONCE = 32;

/** p [L, D] of texts [L, D] and V [L, D]; differentiable in V. Call inside tf.tidy. */
export function prototypesFrom(texts: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor2D {
  return unitRows(tf.add(tf.mul(texts, TEXT_WEIGHT), labels), { squashed: false });
}

/** V [L, D] of these rows, L of which are `labels`. */
export async function prototypesOfRows(encoder: SentenceEncoder, rows: readonly Example[], labels: number): Promise<HostTensor> {
  let sums = new Float32Array();
  let width = 0;
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const examples = rows.slice(start, start + ROWS_AT_ONCE);
    const embedded = tf.tidy(() =>
      encoder.embed(
        examples.map(({ tokens }) => tokens),
        { adapter: null, dropout: null },
      ),
    );
    width = embedded.shape[1];
    if (sums.length === 0) sums = new Float32Array(labels * width);
    const values = await embedded.data();
    embedded.dispose();
    for (const [row, { label }] of examples.entries()) {
      for (let i = 0; i < width; i++) sums[label * width + i] = (sums[label * width + i] ?? 0) + (values[row * width + i] ?? 0);
    }
  }
  return { shape: [labels, width], data: sums.map((sum) => (sum * labels) / rows.length) };
}
