/** What tells labels apart beside an encoder that is written whole: their texts, and the vectors that were learned for them. */
import { isPrototypes, PROTOTYPES_KEY } from "../adapters/adapterLayout.ts";
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { writeSafetensors } from "../checkpoints/safetensors.ts";
import { type StreamedFile, wholeFile } from "./streamedFile.ts";

/** labels.json, and prototypes.safetensors with the label prototypes V [L, D] under "labels.weight"; neither where there is none. */
export function labelFiles(labels: readonly string[], update: PeftAdapter): readonly StreamedFile[] {
  const prototypes = [...update.tensors].find(([key]) => isPrototypes(key))?.[1];
  return [
    ...(labels.length > 0 ? [wholeFile("labels.json", `${JSON.stringify(labels, null, 2)}\n`)] : []),
    ...(prototypes
      ? [wholeFile("prototypes.safetensors", new Uint8Array(writeSafetensors(new Map([[PROTOTYPES_KEY, prototypes]]))))]
      : []),
  ];
}
