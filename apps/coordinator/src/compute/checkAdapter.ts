/** What an uploaded adapter must be before a method sees it. */
import { readFileSync } from "node:fs";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { decodeUpload, type UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import { l2Norm } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { Refusal } from "../refusal.ts";

/** Largest root mean square of an adapter's values; trained LoRA factors stay far below 1. */
export const MAX_ADAPTER_RMS = 10;

export interface CheckInput {
  /** Path of what came. */
  readonly file: string;
  readonly form: UploadForm;
}

/** @throws {Refusal} INVALID_ADAPTER on bytes that are not of this form, or an implausible norm of what travelled; a system error. */
export async function checkAdapter({ file, form }: CheckInput): Promise<void> {
  const tensors = decoded(readFileSync(file), form);
  const norm = l2Norm(tensors);
  const bound = MAX_ADAPTER_RMS * Math.sqrt([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0));
  if (norm > bound) {
    throw new Refusal("INVALID_ADAPTER", ["normTooLarge", norm.toPrecision(4), bound.toPrecision(4)]);
  }
}

function decoded(blob: Uint8Array, form: UploadForm): NamedTensors {
  try {
    return decodeUpload(form, blob);
  } catch (error) {
    if (error instanceof DuetError && error.told !== null) throw new Refusal("INVALID_ADAPTER", error);
    if (error instanceof RangeError || error instanceof DuetError) {
      throw new Refusal("INVALID_ADAPTER", ["unreadableAdapter", error.message]);
    }
    throw error;
  }
}
