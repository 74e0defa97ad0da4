/** How frozen weights may be stored, with weights to store so and what is then kept of them. */
import { widenHalves } from "@duet/lora-core/checkpoints/halfPrecision";
import { unpackInt4, unpackInt8 } from "../frozenMatrix/frozenMatrix.reference.ts";
import type { FrozenMatrix, WeightPrecision } from "../frozenMatrix/frozenMatrix.ts";
import { packInt4, packInt8 } from "../frozenMatrix/packBlocks.ts";
import { noise } from "./opCase.ts";

export interface WeightFormat {
  readonly name: FrozenMatrix["format"];
  readonly precision: WeightPrecision;
  readonly make: (size: number) => Float32Array;
  readonly decoded: (made: Float32Array, width: number) => Float32Array;
}

/** Every magnitude that binary16 has, subnormal ones and both zeros included. */
function halves(size: number): Float32Array {
  const bits = Uint16Array.from({ length: size }, (_, i) => ((i * 2654435761) >>> 16) & 0xffff);
  return widenHalves(
    bits.map((half) => ((half & 0x7c00) === 0x7c00 ? half & 0x83ff : half)),
    "F16",
  );
}

/** Every exponent that bfloat16 has, and what binary16 has not; both zeros, but no infinity and no NaN. */
function bfloats(size: number): Float32Array {
  const bits = Uint16Array.from({ length: size }, (_, i) => ((i * 2654435761 + 0x60010000) >>> 16) & 0xffff);
  return widenHalves(
    bits.map((half) => ((half & 0x7f80) === 0x7f80 ? half & 0x83ff : half)),
    "BF16",
  );
}

const values = (size: number): Float32Array => Float32Array.from(noise(size, "weight"));

export const WEIGHT_FORMATS: readonly WeightFormat[] = [
  { name: "f16", precision: "exact", make: halves, decoded: (made) => made },
  { name: "bf16", precision: "exact", make: bfloats, decoded: (made) => made },
  { name: "f32", precision: "exact", make: values, decoded: (made) => made },
  { name: "int8", precision: "int8", make: values, decoded: (made, width) => unpackInt8(packInt8(made, width), width) },
  { name: "int4", precision: "int4", make: values, decoded: (made, width) => unpackInt4(packInt4(made, width), width) },
];
