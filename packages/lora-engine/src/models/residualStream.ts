/** What flows from layer to layer, with its last addend beside it, so that adding it and the norm that reads the sum are one op. */
import * as tf from "@tensorflow/tfjs";
import { frozenNorm, residualNorm } from "../ops/residualNorm/residualNorm.ts";
import type { FrozenNorm, Residual } from "../ops/residualNorm/residualNormKernel.ts";

/** x + delta, [N, D]; without delta nothing is to be added. A type and no interface: tf.tidy takes no interfaces. */
export type ResidualStream = {
  readonly x: tf.Tensor2D;
  readonly delta?: tf.Tensor2D;
};

/** The sum, and its norm. */
export function normedSum({ x, delta }: ResidualStream, norm: FrozenNorm): Residual {
  return delta ? residualNorm(x, delta, norm) : { sum: x, normed: frozenNorm(x, norm) };
}

export function sumOf({ x, delta }: ResidualStream): tf.Tensor2D {
  return delta ? tf.add(x, delta) : x;
}
