/** Keys and values of packed rows, noted down while a pass reads them, so that it may be seen afterwards which of the rows go on. */
import type { DecoderConfig } from "@duet/lora-core/architectures/decoderConfig";
import * as tf from "@tensorflow/tfjs";
import { rotary } from "../../ops/rotary/rotary.ts";
import { rotaryTable } from "../../ops/rotary/rotaryTable.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import type { RowOffsets } from "../../ops/selfAttention/rowOffsets.ts";
import { cacheOf, type KeyValueCache, type KeyValues } from "./keyValueCache.ts";

/** The first `length` tokens of a packed row. */
export interface RowStart {
  readonly row: number;
  /** 1 at least. */
  readonly length: number;
}

export interface PackedKeyValues {
  /** Copies keys and values out of what a layer's joint linear layer gave, [N, (H + 2 Hkv) Dh], before any rotary position. */
  keep(layer: number, joint: tf.Tensor2D): void;
  /** A cache of these rows, padded on the left to `columns`. The caller disposes it; what it is made of is freed, and nothing can follow. */
  intoCache(starts: readonly RowStart[], columns: number): KeyValueCache;
  dispose(): void;
}

type Shape = Pick<DecoderConfig, "heads" | "keyValueHeads" | "headWidth" | "rotaryFrequencies">;

/** `offsets` say where the rows lie. The caller disposes it. */
export function createPackedKeyValues(shape: Shape, offsets: RowOffsets): PackedKeyValues {
  const { heads, keyValueHeads, headWidth, rotaryFrequencies: frequencies } = shape;
  /** Keys, then values: [N, 2 Hkv Dh]. */
  const layers = new Map<number, tf.Tensor2D>();

  /** [B columns, 2 Hkv Dh] -> twice [B, Hkv, columns, Dh]. */
  function unpacked(both: tf.Tensor2D, rows: number, columns: number): readonly [k: tf.Tensor4D, v: tf.Tensor4D] {
    const [k, v] = both.reshape([rows, columns, 2, keyValueHeads, headWidth]).unstack(2);
    if (!k || !v) throw new RangeError("unreachable: keys and values are two");
    return [tf.transpose(k as tf.Tensor4D, [0, 2, 1, 3]), tf.transpose(v as tf.Tensor4D, [0, 2, 1, 3])];
  }

  function padded(packed: tf.Tensor2D, places: readonly number[], rows: number): KeyValues {
    return tf.tidy(() => {
      const columns = places.length / rows;
      const [k, v] = unpacked(selectRows(packed, places), rows, columns);
      const turned = frequencies ? rotary(k, rotaryTable({ start: 0, length: columns, frequencies })) : k;
      return { k: tf.keep(turned), v: tf.keep(v) };
    });
  }

  return {
    keep(layer, joint) {
      layers.set(layer, tf.keep(tf.slice(joint, [0, heads * headWidth], [-1, 2 * keyValueHeads * headWidth])));
    },
    intoCache(starts, columns) {
      const places = starts.flatMap((start) => columnsOf(start, columns, offsets));
      const unpackedLayers = new Map<number, KeyValues>();
      for (const [layer, packed] of layers) {
        unpackedLayers.set(layer, padded(packed, places, starts.length));
        packed.dispose();
      }
      layers.clear();
      return cacheOf(unpackedLayers, columns);
    },
    dispose() {
      tf.dispose([...layers.values()]);
      layers.clear();
    },
  };
}

/** Which of the packed tokens stands in each column; what stands in a padded one is never looked at. */
function columnsOf({ row, length }: RowStart, columns: number, offsets: RowOffsets): number[] {
  const first = offsets[row] ?? 0;
  return Array.from({ length: columns }, (_, column) => first + Math.max(0, column - (columns - length)));
}
