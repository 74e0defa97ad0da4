/** What the backend's own matrix product reaches, as the ceiling that a step is held against. */
import * as tf from "@tensorflow/tfjs";

const SIZE = 512;
const RUNS = 7;

/** GFLOP/s of a plain [512, 512] product, the median of seven. */
export async function matmulCeiling(): Promise<number> {
  const [a, b] = [tf.randomUniform([SIZE, SIZE], -1, 1, "float32", 1), tf.randomUniform([SIZE, SIZE], -1, 1, "float32", 2)];
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const product = tf.matMul(a, b);
    const corner = product.slice([0, 0], [1, 1]);
    await corner.data();
    times.push(performance.now() - start);
    tf.dispose([product, corner]);
  }
  tf.dispose([a, b]);
  const median = times.sort((x, y) => x - y)[Math.floor(RUNS / 2)] ?? Number.NaN;
  return (2 * SIZE ** 3) / (1e6 * median);
}
