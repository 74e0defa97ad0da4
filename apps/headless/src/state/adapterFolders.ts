/** A client's adapters as folders of PEFT files, each with the card that says what it is. */
import { join } from "node:path";
import type { KeptAdapters } from "@duet/client/keptAdapters";
import type { PeftFiles } from "@duet/lora-core/adapters/peftFormat";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import { availableAdapters, type ClientAdapterKind, exportClientAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { writePrivateFile } from "./privateFile.ts";

export interface WrittenAdapter {
  readonly kind: ClientAdapterKind;
  readonly folder: string;
}

/** All that there are, each in a folder of its name below `out`. @throws a system error. */
export function writeAdapters(out: string, adapters: KeptAdapters, config: FederationConfig): readonly WrittenAdapter[] {
  const base = federationBase(config.model);
  return availableAdapters(adapters).map((kind) => {
    const folder = join(out, kind);
    const fusion = kind === "fused" ? adapters.fusion : null;
    const card = adapterCard({ kind, round: adapters.round, fusion, config, base });
    writePeftFolder(folder, exportClientAdapter(kind, adapters, config.adapter, base), card);
    return { kind, folder };
  });
}

/** The two files of PEFT and a README.md, each wholly there or not at all. @throws a system error. */
export function writePeftFolder(folder: string, files: PeftFiles, card: string): void {
  for (const name of ["adapter_model.safetensors", "adapter_config.json"] as const)
    writePrivateFile(join(folder, name), files[name]);
  writePrivateFile(join(folder, "README.md"), card);
}
