import { widenHalves } from "@duet/lora-core/checkpoints/halfPrecision";
import type { Halves } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { disposeFrozenLinear, frozenLinear, sharedLinear } from "../frozenLinear.ts";
import { headCrossEntropy } from "../headCrossEntropy/headCrossEntropy.ts";
import { loraLinear } from "../loraLinear/loraLinear.ts";
import { noise } from "../testing/opCase.ts";
import { WEIGHT_FORMATS } from "../testing/weightFormats.ts";
import { unpackInt4, unpackInt8 } from "./frozenMatrix.reference.ts";
import { frozenMatrix } from "./frozenMatrix.ts";
import { joinHalves } from "./joinHalves.ts";
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
    const linear = frozenLinear({ shape: [out, width], data: made }, { bias: null, stored: "out-in", precision });
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

describe.each(["F16", "BF16"] as const)("a weight that the file has as %s", (format) => {
  // Weights of usual size, and so with fractions that the other format has not.
  const [classes, width] = [70, 52];
  const bits = Uint16Array.from({ length: classes * width }, (_, i) => {
    const bits = new Uint32Array(Float32Array.of(0.3 * Math.sin(i * i + 1)).buffer)[0] ?? 0;
    return format === "BF16" ? bits >>> 16 : (i % 2) * 0x8000 + 0x2c00 + ((i * 37) % 0x7ff);
  });
  const halves: Halves = { format, bits };
  const data = widenHalves(bits, format);

  test("is taken as it lies in the file, without widening it", () => {
    const matrix = frozenMatrix(
      {
        shape: [classes, width],
        halves,
        get data(): Float32Array {
          throw new Error("widened");
        },
      },
      "exact",
    );
    expect(matrix.format).toBe(format.toLowerCase());
    expect(new Uint16Array(Int32Array.from(matrix.stored.dataSync()).buffer)).toEqual(bits);
    matrix.stored.dispose();
  });

  test.each([2, 23])("gives %i rows the very bits of float32: products, losses and their gradients", (rows) => {
    const packed = frozenLinear({ shape: [classes, width], halves, data }, { bias: null, stored: "out-in", precision: "exact" });
    const plain = sharedLinear(tf.tensor2d(data, [classes, width]));
    expect([packed.weight.format, plain.weight.format]).toEqual([format.toLowerCase(), "f32"]);
    const x = tf.tensor2d(values(rows * width), [rows, width]);
    const targets = tf.range(0, rows, 1, "int32");
    const found = [packed, plain].map((linear) =>
      tf.tidy(() => {
        const product = tf.valueAndGrad((x: tf.Tensor) => loraLinear(x.as2D(rows, width), linear, null).square().sum())(x);
        const loss = tf.valueAndGrad((x: tf.Tensor) => headCrossEntropy(x.as2D(rows, width), linear, targets).sum())(x);
        return [product, loss].flatMap(({ value, grad }) => [...value.dataSync(), ...grad.dataSync()]);
      }),
    );
    expect(found[0]?.every(Number.isFinite)).toBe(true);
    expect(found[0]).toEqual(found[1]);
    disposeFrozenLinear(packed);
    tf.dispose([plain.weight.stored, x, targets]);
  });
});

test("rows of an odd width are padded, and infinities of binary16 are no weight", () => {
  expect(joinHalves({ format: "BF16", bits: Uint16Array.of(1, 2, 3, 4, 5, 6) }, 3)).toEqual(
    Int32Array.of(0x00020001, 3, 0x00050004, 6),
  );
  expect(joinHalves({ format: "F16", bits: Uint16Array.of(0x7c00, 0) }, 2)).toBeNull();
  expect(joinHalves({ format: "BF16", bits: Uint16Array.of(0x7f80, 0) }, 2)).toEqual(Int32Array.of(0x7f80));
});
