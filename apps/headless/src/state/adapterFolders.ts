/** A client's adapters as folders of PEFT files, each with the card that says what it is. */
import { join } from "node:path";
import type { KeptAdapters } from "@duet/client/keptAdapters";
import { type PeftAdapter, type PeftFiles, writePeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import type { CardFigures } from "@duet/lora-core/federation/cardFigures";
import { clientAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { availableAdapters, type ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { type AdapterOrigin, ORIGIN_FILE } from "./adapterOrigin.ts";
import { writePrivateFile } from "./privateFile.ts";

export interface WrittenAdapter {
  readonly kind: ClientAdapterKind;
  readonly folder: string;
}

/** An adapter and where it is to go. */
export interface FolderAdapter extends WrittenAdapter {
  readonly adapter: PeftAdapter;
  /** The last round it has been through. */
  readonly round: number;
  /** Weights of a fused one; null for the others. */
  readonly fusion: FusionWeights | null;
  readonly figures: CardFigures | null;
}

/** All that a client has, each for a folder of its name below `out`. */
export function ownAdapters(out: string, adapters: KeptAdapters, { config }: AdapterOrigin): readonly FolderAdapter[] {
  const base = federationBase(config.model);
  return availableAdapters(adapters).map((kind) => ({
    kind,
    folder: join(out, kind),
    adapter: clientAdapter(kind, adapters, config.adapter, base),
    round: adapters.round,
    fusion: kind === "fused" ? adapters.fusion : null,
    figures: adapters.figures,
  }));
}

/** All that there are, each in a folder of its name below `out`. @throws {DuetError} PLACE_UNUSABLE */
export function writeAdapters(out: string, adapters: KeptAdapters, origin: AdapterOrigin): readonly WrittenAdapter[] {
  return ownAdapters(out, adapters, origin).map((adapter) => writeAdapter(adapter, origin));
}

/** The two files of PEFT, what they belong to, and a README.md, each wholly there or not at all. @throws {DuetError} PLACE_UNUSABLE */
export function writeAdapter(
  { kind, folder, adapter, round, fusion, figures }: FolderAdapter,
  origin: AdapterOrigin,
): WrittenAdapter {
  const { config } = origin;
  const base = federationBase(config.model);
  const card = adapterCard({ kind, round, fusion, figures, config, base, format: "peft" });
  writePeftFolder(folder, writePeftAdapter(adapter, base), card, origin);
  return { kind, folder };
}

function writePeftFolder(folder: string, files: PeftFiles, card: string, origin: AdapterOrigin): void {
  for (const name of ["adapter_model.safetensors", "adapter_config.json"] as const)
    writePrivateFile(join(folder, name), files[name]);
  writePrivateFile(join(folder, ORIGIN_FILE), `${JSON.stringify(origin, null, 2)}\n`);
  writePrivateFile(join(folder, "README.md"), card);
}
