/** An adapter to start a federation from, ready to be sent. Pure. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { type PeftBase, type PeftFiles, readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { PeftFormatError } from "@duet/lora-core/adapters/peftFormatError";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";

export interface InitialAdapter {
  readonly settings: Pick<AdapterConfig, "rank" | "alpha" | "targetModules" | "prototypes">;
  /** In the layout that the settings give. */
  readonly blob: Uint8Array;
  readonly sha256: string;
}

/** @throws {PeftFormatError} when the files do not fit the base, or the adapter is larger than one may travel. */
export function initialAdapterOf(files: PeftFiles, base: PeftBase): InitialAdapter {
  const { config, tensors } = readPeftAdapter(files, base);
  const blob = encodeAdapter(tensors, adapterLayout(base.linears, config));
  if (blob.byteLength > MAX_ADAPTER_BYTES) {
    throw new PeftFormatError(["tooLargeToExchange", blob.byteLength, MAX_ADAPTER_BYTES]);
  }
  const { rank, alpha, targetModules, prototypes } = config;
  const settings = { rank, alpha, targetModules, ...(prototypes ? { prototypes } : {}) };
  return { settings, blob, sha256: sha256Of(blob) };
}
