/** Plain loops in float64: the oracle of exactGelu.ts. */
import { logErfc } from "@duet/lora-core/differentialPrivacy/logErfc";
import { DENSITY } from "./exactGeluKernel.ts";

const share = (x: number) => Math.exp(logErfc(-x * Math.SQRT1_2)) / 2;

export function exactGeluForward(x: Float64Array): Float64Array {
  return x.map((value) => value * share(value));
}

export function exactGeluGradient(x: Float64Array, dy: Float64Array): Float64Array {
  return x.map((value, i) => dy[i]! * (share(value) + value * DENSITY * Math.exp(-(value ** 2) / 2)));
}
