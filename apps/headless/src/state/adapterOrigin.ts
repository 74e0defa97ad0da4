/** What goes with an adapter so that this program can answer with it: its federation's settings. Nothing of it is secret. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PeftFiles } from "@duet/lora-core/adapters/peftFormat";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { z } from "zod";

export const ORIGIN_FILE = "federation.json";

const adapterOrigin = z.object({
  version: z.literal(1),
  /** Where the base was served, with a slash at the end. */
  coordinator: z.url({ protocol: /^https?$/ }),
  hub: z.url({ protocol: /^https?$/ }),
  config: federationConfig,
});
export type AdapterOrigin = z.output<typeof adapterOrigin>;

/** An adapter's folder. @throws {DuetError} ADAPTER_FILE where it is none that this program has written. */
export function readAdapterFolder(folder: string): { readonly files: PeftFiles; readonly origin: AdapterOrigin } {
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(folder, name));
    } catch (cause) {
      throw new DuetError("ADAPTER_FILE", `The folder ${folder} has no ${name} that can be read`, { cause });
    }
  };
  const origin = adapterOrigin.safeParse(jsonOf(read(ORIGIN_FILE)));
  if (!origin.success)
    throw new DuetError("ADAPTER_FILE", `${join(folder, ORIGIN_FILE)} is not what duet writes beside an adapter`);
  const files = {
    "adapter_config.json": read("adapter_config.json").toString("utf8"),
    "adapter_model.safetensors": new Uint8Array(read("adapter_model.safetensors")),
  };
  return { files, origin: origin.data };
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return null;
  }
}
