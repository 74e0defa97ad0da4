/** An adapter with which no loss is a number: its values are finite, and so large that what a base makes of them is not. */
import { writeFile } from "node:fs/promises";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { writePeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { strToU8, zipSync } from "fflate";
import type { Stage } from "./stage.ts";

/** Path of the .zip, which goes with the stage. */
export async function hugeAdapter(stage: Stage, { model, adapter }: FederationConfig): Promise<string> {
  const base = federationBase(model);
  const start = initialAdapter(adapterLayout(base.linears, adapter), 1);
  const tensors = new Map([...start].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => 1e30) }]));
  const files = writePeftAdapter({ config: adapter, tensors }, base);
  const path = `${await stage.writeRows("adapter", [])}.zip`;
  await writeFile(path, zipSync({ ...files, "adapter_config.json": strToU8(files["adapter_config.json"]) }));
  return path;
}
