/** Plain loops in float64: the oracle of maskedCrossEntropy.ts. logits [N, V] row-major, targets [N] with -1 for not scored. */

export function crossEntropyForward(logits: Float64Array, targets: readonly number[]): Float64Array {
  const classes = logits.length / targets.length;
  return Float64Array.from(targets, (target, row) => {
    if (target < 0) return 0;
    return -Math.log(probabilities(logits, row, classes)[target]!);
  });
}

export function crossEntropyGradient(logits: Float64Array, targets: readonly number[], dy: Float64Array): Float64Array {
  const classes = logits.length / targets.length;
  const gradient = new Float64Array(logits.length);
  targets.forEach((target, row) => {
    if (target < 0) return;
    probabilities(logits, row, classes).forEach((probability, column) => {
      gradient[row * classes + column] = dy[row]! * (probability - (column === target ? 1 : 0));
    });
  });
  return gradient;
}

function probabilities(logits: Float64Array, row: number, classes: number): Float64Array {
  const own = logits.slice(row * classes, (row + 1) * classes);
  const highest = Math.max(...own);
  const exponentials = own.map((value) => Math.exp(value - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
