/**
 * How many rows of a product one thread sums, with four columns: many reuse more of what is loaded, few keep more threads busy. Which is
 * faster is the device's own, so it is measured there (measureTiles.ts).
 */
import { webgpuBackend } from "./webgpuBackend.ts";

export interface TileRows {
  /** Of products of fewer than {@link LARGE} numbers. */
  readonly small: number;
  readonly large: number;
}

/** Of y [M, N], M N. */
const LARGE = 32_768;

/** What is tried on a device. */
export const TILE_CANDIDATES: Readonly<Record<keyof TileRows, readonly number[]>> = { small: [2, 4, 8], large: [4, 8, 16] };

/** Where nothing was measured. */
export const USUAL_TILES: TileRows = { small: 4, large: 8 };

const chosen = new WeakMap<GPUDevice, TileRows>();

/** For all products on the current device from now on. */
export function useTiles(rows: TileRows): void {
  chosen.set(webgpuBackend().device, rows);
}

/** Rows of a thread of a product [rows, columns]. */
export function tileRowsOf(rows: number, columns: number): number {
  if (rows < 4) return 1;
  const { small, large } = chosen.get(webgpuBackend().device) ?? USUAL_TILES;
  return rows * columns < LARGE ? small : large;
}
