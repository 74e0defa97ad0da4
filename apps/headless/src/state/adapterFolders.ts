/** A client's adapters as folders of PEFT files, each with the card that says what it is. */
import { join } from "node:path";
import type { KeptAdapters } from "@duet/client/keptAdapters";
import type { PeftFiles } from "@duet/lora-core/adapters/peftFormat";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import { availableAdapters, type ClientAdapterKind, exportClientAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { type AdapterOrigin, ORIGIN_FILE } from "./adapterOrigin.ts";
import { writePrivateFile } from "./privateFile.ts";

export interface WrittenAdapter {
  readonly kind: ClientAdapterKind;
  readonly folder: string;
}

/** All that there are, each in a folder of its name below `out`. @throws a system error. */
export function writeAdapters(out: string, adapters: KeptAdapters, origin: AdapterOrigin): readonly WrittenAdapter[] {
  const { config } = origin;
  const base = federationBase(config.model);
  return availableAdapters(adapters).map((kind) => {
    const folder = join(out, kind);
    const fusion = kind === "fused" ? adapters.fusion : null;
    const card = adapterCard({ kind, round: adapters.round, fusion, config, base });
    writePeftFolder(folder, exportClientAdapter(kind, adapters, config.adapter, base), card, origin);
    return { kind, folder };
  });
}

/** The two files of PEFT, what they belong to, and a README.md, each wholly there or not at all. @throws a system error. */
export function writePeftFolder(folder: string, files: PeftFiles, card: string, origin: AdapterOrigin): void {
  for (const name of ["adapter_model.safetensors", "adapter_config.json"] as const)
    writePrivateFile(join(folder, name), files[name]);
  writePrivateFile(join(folder, ORIGIN_FILE), `${JSON.stringify(origin, null, 2)}\n`);
  writePrivateFile(join(folder, "README.md"), card);
}
