/** Registers the tests of frozenRows.ts on a backend: the very values that the matrix keeps. */

import type { BackendName } from "@duet/lora-core/protocol/metrics";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { disposeFrozenMatrix, frozenMatrix, rowsOf } from "../frozenMatrix/frozenMatrix.ts";
import { frozenRows } from "../frozenRows/frozenRows.ts";
import { WEIGHT_FORMATS } from "./weightFormats.ts";

/** [V, D] with the row from which on a part of it begins. */
const SHAPES: readonly [rows: number, width: number, first: number][] = [
  [3, 1, 1],
  [19, 70, 5],
  [8, 44, 4],
  [40, 96, 0],
];

export function testFrozenRowsOn(backend: BackendName): void {
  describe.each(WEIGHT_FORMATS)(`rows of a matrix as $name on ${backend}`, ({ precision, make, decoded }) => {
    beforeAll(async () => {
      await useBackend(backend);
    });
    test.each(SHAPES)("[%i, %i] from row %i on", async (rows, width, first) => {
      const before = tf.memory().numTensors;
      const made = make(rows * width);
      const matrix = frozenMatrix({ shape: [rows, width], data: made }, precision);
      const kept = matrix.format === "f32" ? made : decoded(made, width);
      const part = backend === "cpu" ? matrix : rowsOf(matrix, first, rows - first);
      const offset = backend === "cpu" ? 0 : first;
      const last = rows - offset - 1;
      const indices = [last, 0, last, Math.floor(last / 2)];
      const found = frozenRows(part, indices);
      const wanted = indices.flatMap((index) => [...kept.subarray((offset + index) * width, (offset + index + 1) * width)]);
      // Adding 0 makes -0 and 0 the same.
      expect([...(await found.data())].map((value) => value + 0)).toEqual(wanted.map((value) => value + 0));
      expect(() => frozenRows(part, [last + 1])).toThrow(`there is no row ${last + 1}`);
      found.dispose();
      disposeFrozenMatrix(matrix);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
