/** A base model in host memory, from whichever files it came. */
import type { NamedTensors } from "../tensors/namedTensors.ts";

export interface ModelFiles {
  /** What config.json says. */
  readonly config: unknown;
  /** What tokenizer.json says. */
  readonly tokenizer: unknown;
  /** Tensors by their names in the checkpoint. `data` may be decoded at every access: read it once. */
  readonly weights: NamedTensors;
}
