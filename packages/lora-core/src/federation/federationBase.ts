/** What PEFT calls the base model of a federation. */
import type { PeftBase } from "../adapters/peftFormat.ts";
import { parseBase } from "../architectures/modelConfig.ts";
import { peftBase } from "../architectures/peftBase.ts";
import type { BaseModel } from "../protocol/baseModel.ts";

/** Named where it is on a hub. @throws {UnsupportedModelError} on a base that is not supported. */
export function federationBase({ config, source }: Pick<BaseModel, "config" | "source">): PeftBase {
  return peftBase(parseBase(config), source.kind === "hub" ? source.address.replace(/@.*/, "") : null);
}
