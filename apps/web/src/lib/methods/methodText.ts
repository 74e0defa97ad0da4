/** What methods and their presets are called in the page's language. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { words as common } from "../words.ts";
import { words } from "./words.ts";

type Strategy = FederationConfig["strategy"];

export const methodName = (strategy: Strategy): string => nameById(methodOf(strategy).id);

/** "FDLoRA, paper". */
export const methodAndPreset = (strategy: Strategy): string =>
  [methodName(strategy), presetName(strategy.preset)].join(common.listing.comma);

export const nameById = (id: string): string => words.names[id] ?? id;
export const presetName = (preset: string): string => words.presets[preset] ?? preset;
