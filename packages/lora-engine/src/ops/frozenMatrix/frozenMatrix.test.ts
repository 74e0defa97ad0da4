import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { disposeFrozenLinear, frozenLinear } from "../frozenLinear.ts";
import { loraLinear } from "../loraLinear/loraLinear.ts";
import { noise } from "../testing/opCase.ts";
import { WEIGHT_FORMATS } from "../testing/weightFormats.ts";
import { unpackInt4, unpackInt8 } from "./frozenMatrix.reference.ts";
import { packInt4, packInt8 } from "./packBlocks.ts";
import { packBfloats, packHalves } from "./packHalves.ts";

/** [out, in]: multiples of a group and of nothing. */
const SHAPES: readonly [number, number][] = [
  [1, 1],
  [3, 33],
  [19, 70],
  [40, 96],
];

const values = (size: number): Float32Array => Float32Array.from(noise(size, "weight"));

beforeAll(async () => {
  await useBackend("wasm");
});

describe.each(WEIGHT_FORMATS)("a weight as $name on wasm", ({ name, precision, make, decoded }) => {
  test.each(SHAPES)("[%i, %i] expands to the very values of the decoder, both ways", (out, width) => {
    const made = make(out * width);
    const wanted = decoded(made, width);
    const before = tf.memory().numTensors;
    const linear = frozenLinear(tf.tensor2d(made, [out, width]), { bias: null, stored: "out-in", precision });
    expect(linear.weight.format).toBe(name === "f32" && out * width === 1 ? linear.weight.format : name);
    tf.tidy(() => {
      // With one factor 1 and all others 0 a product is the weight itself.
      const forward = tf.transpose(loraLinear(tf.eye(width), linear, null));
      const backward = tf.grad((x: tf.Tensor) => loraLinear(x.as2D(out, width), linear, null))(
        tf.zeros([out, width]),
        tf.eye(out),
      );
      const one = loraLinear(
        tf
          .eye(width)
          .slice([width - 1, 0], [1, width])
          .as2D(1, width),
        linear,
        null,
      );
      expect(Float32Array.from(one.dataSync())).toEqual(
        Float32Array.from({ length: out }, (_, j) => (wanted[(j + 1) * width - 1] ?? 0) + 0),
      );
      expect(Float32Array.from(forward.dataSync())).toEqual(wanted.map((value) => value + 0));
      expect(Float32Array.from(backward.dataSync())).toEqual(wanted.map((value) => value + 0));
    });
    disposeFrozenLinear(linear);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("rounding is within half a step of the group's scale", () => {
  const made = values(6 * 70);
  const within = (found: Float32Array, steps: number) => {
    made.forEach((value, i) => {
      const start = Math.floor(i / 70) * 70 + Math.floor((i % 70) / 32) * 32;
      const group = made.subarray(start, Math.min(start + 32, Math.floor(i / 70) * 70 + 70));
      const extreme = group.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThanOrEqual((extreme / steps) * 1.001);
    });
  };
  within(unpackInt8(packInt8(made, 70), 70), 2 * 127);
  // Four bits reach from -8 to 7 steps: the farthest value on the other side is cut to 7, one step off.
  within(unpackInt4(packInt4(made, 70), 70), 8);
});

test("float16 is taken only when nothing is lost", () => {
  expect(packHalves(Float32Array.of(1, -0.5, 65504, 2 ** -24, 0), 5)).toEqual(Int32Array.of(0xb8003c00 | 0, 0x00017bff, 0));
  expect(packHalves(Float32Array.of(1, 0.1), 2)).toBeNull();
  expect(packHalves(Float32Array.of(65536), 1)).toBeNull();
  expect(packHalves(Float32Array.of(2 ** -25), 1)).toBeNull();
});

test("bfloat16 is taken only when nothing is lost, whatever the magnitude", () => {
  expect(packBfloats(Float32Array.of(1, -0.5, 2 ** 127, 2 ** -133, -0), 5)).toEqual(
    Int32Array.of(0xbf003f80 | 0, 0x00017f00, 0x8000),
  );
  expect(packBfloats(Float32Array.of(1, 1 + 2 ** -8), 2)).toBeNull();
  expect(packBfloats(Float32Array.of(2 ** -134), 1)).toBeNull();
});
