/** Products with each tile that a device may choose, and how the choice is made and kept. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { jointLinearCases } from "../jointLinear/jointLinear.cases.ts";
import { expectClose } from "../testing/expectClose.ts";
import { product as inFloat64, type Matrix, transposed } from "../testing/matrix.ts";
import { noise } from "../testing/opCase.ts";
import { testOpOn } from "../testing/testOp.ts";
import { chooseTiles, measureTiles, type TileMemory } from "./measureTiles.ts";
import { product } from "./product.ts";
import { TILE_CANDIDATES, type TileRows, tileRowsOf, USUAL_TILES, useTiles } from "./tiles.ts";

const matrix = (rows: number, cols: number, label: string): Matrix => ({ rows, cols, data: noise(rows * cols, label, rows) });
const upload = ({ rows, cols, data }: Matrix) => tf.tensor2d(Float32Array.from(data), [rows, cols]);

const HEIGHTS = [...new Set([...TILE_CANDIDATES.small, ...TILE_CANDIDATES.large])];

describe.each(HEIGHTS)("tiles of %i rows", (rows) => {
  beforeAll(async () => {
    await useBackend("webgpu");
  });
  beforeEach(() => useTiles({ small: rows, large: rows }));

  // The last rows of a tile are beyond the matrix; the second size is a large one.
  test.each(
    (["nt", "nn", "tn"] as const).flatMap((form) =>
      [
        [20, 12, 8],
        [260, 132, 12],
      ].map(([m = 0, n = 0, k = 0]) => [form, m, n, k] as const),
    ),
  )("%s: [%i, %i] over %i", async (form, m, n, k) => {
    const [left, right] = [matrix(m, k, "left"), matrix(k, n, "right")];
    expect(tileRowsOf(m, n)).toBe(rows);
    const found = tf.tidy(() =>
      product([
        {
          form,
          left: upload(form === "tn" ? transposed(left) : left),
          right: upload(form === "nt" ? transposed(right) : right),
        },
      ]),
    );
    expectClose(await found.data(), inFloat64(left, right).data, { relative: 1e-5, absolute: 1e-5 });
    found.dispose();
  });

  testOpOn("webgpu", "jointLinear", jointLinearCases);
});

/** Keeps in memory, and counts what is written. */
function memoryOf(kept: Map<string, unknown>): TileMemory {
  return {
    read: async (key) => kept.get(key),
    write: async (key, value) => {
      kept.set(key, value);
    },
  };
}

describe("the choice of tiles", () => {
  beforeAll(async () => {
    await useBackend("webgpu");
  });

  test("measures every candidate where there is time, leaves nothing behind, and chooses among them", async () => {
    const before = tf.memory().numTensors;
    const found = (await measureTiles(120_000)) as TileRows;
    expect(TILE_CANDIDATES.small).toContain(found.small);
    expect(TILE_CANDIDATES.large).toContain(found.large);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("without time there is none, and the usual tiles stay", async () => {
    useTiles({ small: 2, large: 16 });
    expect(await measureTiles(-1)).toBe(null);
    const refusing: TileMemory = {
      read: () => Promise.reject(new Error("closed")),
      write: () => Promise.reject(new Error("full")),
    };
    const { rows } = await chooseTiles("an adapter", refusing);
    expect(tileRowsOf(64, 64)).toBe(rows.small);
  });

  test("what was kept of an adapter is taken again, another adapter's or nonsense is not", async () => {
    const kept = new Map<string, unknown>();
    const first = await chooseTiles("an adapter", memoryOf(kept));
    const [key] = kept.size > 0 ? kept.keys() : [`1 an adapter`];
    expect(first.origin === "measured").toBe(kept.size === 1);
    kept.set(key as string, { small: 8, large: 16 });
    expect(await chooseTiles("an adapter", memoryOf(kept))).toEqual({ rows: { small: 8, large: 16 }, origin: "kept" });
    expect(tileRowsOf(64, 64)).toBe(8);
    expect(tileRowsOf(512, 256)).toBe(16);
    expect((await chooseTiles("another", memoryOf(kept))).origin).not.toBe("kept");
    kept.set(key as string, { small: 8, large: 3 });
    expect((await chooseTiles("an adapter", memoryOf(kept))).origin).not.toBe("kept");
    useTiles(USUAL_TILES);
  });
});
