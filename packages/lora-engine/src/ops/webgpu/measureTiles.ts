/** Which tiles are fastest on the current WebGPU device, and where that is kept. */
import type { TileOrigin } from "@duet/lora-core/protocol/deviceSentences";
import * as tf from "@tensorflow/tfjs";
import { product } from "./product.ts";
import { TILE_CANDIDATES, type TileRows, USUAL_TILES, useTiles } from "./tiles.ts";
import { type WebgpuBackend, webgpuBackend } from "./webgpuBackend.ts";

/** Where choices stay from one start to the next. */
export interface TileMemory {
  /** What was kept under this key, unchecked; undefined for nothing. */
  read(key: string): Promise<unknown>;
  write(key: string, value: TileRows): Promise<void>;
}

/** Every start measures, as a benchmark wants it. */
export const forgetful: TileMemory = { read: async () => undefined, write: async () => {} };

/** To be raised when the product's kernels change, so that devices measure again. */
const KERNELS = 1;

/** What a start waits at most, give or take one product; on a device that needs longer it stays with the usual tiles. */
const DEADLINE_MS = 2000;

/** y [rows, width] = x [rows, depth] W^T, for each kind of tile one that takes it. */
const PROBLEMS = { small: { rows: 64, width: 256, depth: 256 }, large: { rows: 512, width: 256, depth: 256 } } as const;

/** Each candidate's best of so many counts: what is in the way of a product makes it slower, never faster. */
const TURNS = 3;
/** Of one timing, so that a fast device is not timed on how long it takes to start. */
const TIMING_MS = 4;
const MOST_PRODUCTS = 32;

/** A candidate must be this much faster than the usual tile to be taken. */
const LEAST_GAIN = 1.05;

/** Takes the kept choice of this adapter, or measures one and keeps it, or stays with the usual tiles. Never rejects. */
export async function chooseTiles(adapter: string, memory: TileMemory): Promise<{ rows: TileRows; origin: TileOrigin }> {
  const key = `${KERNELS} ${adapter}`;
  const kept = await memory.read(key).catch(() => undefined);
  if (isTileRows(kept)) {
    useTiles(kept);
    return { rows: kept, origin: "kept" };
  }
  const rows = await measureTiles(DEADLINE_MS).catch(() => null);
  useTiles(rows ?? USUAL_TILES);
  if (!rows) return { rows: USUAL_TILES, origin: "usual" };
  // Without it the next start measures again.
  await memory.write(key, rows).catch(() => {});
  return { rows, origin: "measured" };
}

function isTileRows(value: unknown): value is TileRows {
  if (typeof value !== "object" || value === null) return false;
  const isOneOf = (kind: keyof TileRows) => TILE_CANDIDATES[kind].some((rows) => rows === Reflect.get(value, kind));
  return isOneOf("small") && isOneOf("large");
}

/** Null where not all could be timed within `deadlineMs`. */
export async function measureTiles(deadlineMs: number): Promise<TileRows | null> {
  const end = performance.now() + deadlineMs;
  const small = await fastest("small", end);
  const large = small && (await fastest("large", end));
  return small && large ? { small, large } : null;
}

async function fastest(kind: keyof TileRows, end: number): Promise<number | null> {
  const { rows, width, depth } = PROBLEMS[kind];
  const x = tf.fill<tf.Rank.R2>([rows, depth], 0.5);
  const weight = tf.fill<tf.Rank.R2>([width, depth], 0.25);
  const best = new Map<number, number>();
  try {
    // The first turn compiles, and says how many products a timing takes.
    let products = 1;
    for (let turn = 0; turn <= TURNS; turn++) {
      for (const height of TILE_CANDIDATES[kind]) {
        if (performance.now() > end) return null;
        useTiles({ ...USUAL_TILES, [kind]: height });
        const ms = await timed(products, () => product([{ form: "nt", left: x, right: weight }]));
        if (turn > 0) best.set(height, Math.min(ms, best.get(height) ?? Number.POSITIVE_INFINITY));
      }
      if (turn === 0) {
        const ms = await timed(1, () => product([{ form: "nt", left: x, right: weight }]));
        products = Math.min(MOST_PRODUCTS, Math.max(1, Math.round(TIMING_MS / ms)));
      }
    }
  } finally {
    tf.dispose([x, weight]);
  }
  return bestOf(best, USUAL_TILES[kind]);
}

/** ms of one of `count` products, from when they are recorded until the device has done them. */
async function timed(count: number, once: () => tf.Tensor): Promise<number> {
  const backend = webgpuBackend();
  await finish(backend);
  const start = performance.now();
  for (let i = 0; i < count; i++) tf.dispose(tf.tidy(once));
  await finish(backend);
  return (performance.now() - start) / count;
}

async function finish(backend: WebgpuBackend): Promise<void> {
  if (backend.commandEncoder) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  await backend.queue.onSubmittedWorkDone();
}

function bestOf(times: ReadonlyMap<number, number>, usual: number): number {
  const least = Math.min(...times.values());
  const [height = usual] = [...times].find(([, ms]) => ms === least) ?? [];
  return (times.get(usual) ?? 0) >= LEAST_GAIN * least ? height : usual;
}
