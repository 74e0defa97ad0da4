/** Adapters and memories on disk: safetensors with the version of their layout in the metadata. */
import {
  readSafetensors,
  readSafetensorsHeader,
  SafetensorsError,
  writeSafetensors,
} from "@duet/lora-core/checkpoints/safetensors";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";
import { currentVersion, parseStored, type StoredFormat, StoredFormatError } from "./storedFormat.ts";

/** Files of version 1 were first written without their version. */
const VERSION_KEY = "duet_format";

const tensorsFormat: StoredFormat<NamedTensors> = {
  schema: z.custom<NamedTensors>((value) => value instanceof Map),
  migrations: [],
};

/** The file; `format: "pt"` is what readers of PEFT's files look for. */
export function encodeStoredTensors(tensors: NamedTensors): Uint8Array {
  return writeSafetensors(tensors, { format: "pt", [VERSION_KEY]: String(currentVersion(tensorsFormat)) });
}

/** `where` names the file. @throws {StoredFormatError} when it is damaged or of a newer version. */
export function decodeStoredTensors(file: Uint8Array, where: string): NamedTensors {
  try {
    const { metadata } = readSafetensorsHeader(file, file.byteLength);
    return parseStored(tensorsFormat, { version: Number(metadata[VERSION_KEY] ?? 1), value: readSafetensors(file), where });
  } catch (error) {
    if (error instanceof SafetensorsError) throw new StoredFormatError(["storedDamaged", where, error.message]);
    throw error;
  }
}
