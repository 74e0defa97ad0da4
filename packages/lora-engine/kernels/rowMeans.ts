/** Means over the tokens of each row, and their gradient; see ops/rowMeans. */
import { loadLanes, storeLanes } from "./simd";

/** Rows [first, last): out[b] = mean of x [N, width] over tokens offsets[b] .. offsets[b + 1], int32. */
export function rowMeans(x: usize, offsets: usize, first: i32, last: i32, width: i32, out: usize): void {
  const size = width << 2;
  for (let b = first; b < last; b++) {
    const start = load<i32>(offsets + (b << 2)), count = load<i32>(offsets + (b << 2), 4) - start;
    const to = out + b * size, share = f32x4.splat(<f32>1 / <f32>count);
    for (let j = 0; j < width; j += 4) {
      const lanes = width - j;
      let from = x + start * size + (j << 2), sum = f32x4.splat(0);
      for (let i = 0; i < count; i++) {
        sum = f32x4.add(sum, loadLanes(from, lanes));
        from += size;
      }
      storeLanes(to + (j << 2), f32x4.mul(sum, share), lanes);
    }
  }
}

/** dx[i] = dy[b] / tokens of row b, for every token i of it. */
export function rowMeansGradient(dy: usize, offsets: usize, first: i32, last: i32, width: i32, dx: usize): void {
  const size = width << 2;
  for (let b = first; b < last; b++) {
    const start = load<i32>(offsets + (b << 2)), count = load<i32>(offsets + (b << 2), 4) - start;
    const share = f32x4.splat(<f32>1 / <f32>count);
    for (let i = start; i < start + count; i++) {
      const to = dx + i * size;
      for (let j = 0; j < width; j += 4) {
        const lanes = width - j;
        storeLanes(to + (j << 2), f32x4.mul(loadLanes(dy + b * size + (j << 2), lanes), share), lanes);
      }
    }
  }
}
