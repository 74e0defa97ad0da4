/**
 * What a client in Python says of a base of any architecture, in a file beside its config.json: all that a coordinator needs of it to
 * aggregate adapters, and nothing of how it computes (docs/adr/0082).
 */
import { z } from "zod";
import { sentenceSettings } from "./sentenceSettings.ts";

/** The field under which a base's config has it; config.json itself has no such field. */
export const LAYOUT_FIELD = "duet_layout";
/** What `python -m duet_client describe` writes: a base as a federation's config has one, with the layout in its config. */
export const DESCRIPTION_FILE = "duet_base.json";

/** In most models some hundred modules; every one costs whoever reads a federation's config memory. */
const MAX_MODULES = 2048;
const MAX_FEATURES = 1_000_000;

const features = z.number().int().min(1).max(MAX_FEATURES);
const moduleName = z.string().regex(/^\w[\w.-]{0,119}$/);

export const describedLayout = z.strictObject({
  family: z.enum(["encoder", "causal-lm"]),
  /** Of the whole base. */
  parameters: z
    .number()
    .int()
    .min(1)
    .max(2 ** 43),
  /** D of the hidden states. */
  hiddenSize: features,
  /** Linear modules that an adapter may sit on: name in the class that transformers loads, values in, values out. */
  modules: z
    .array(z.tuple([moduleName, features, features]))
    .min(1)
    .max(MAX_MODULES)
    .refine((modules) => new Set(modules.map(([name]) => name)).size === modules.length, "a module is listed twice"),
  /** Target modules that are proposed. */
  targets: z.array(moduleName).min(1).max(512),
  /** Weights lie as [in, out], as in Conv1D of GPT-2. */
  fanInFanOut: z.boolean(),
  /** How an encoder's hidden states become the vector of a text. */
  sentences: sentenceSettings.nullable(),
});
export type DescribedLayout = z.output<typeof describedLayout>;

/** Whether this config is one of a base that is only described: clients in Python alone compute it. */
export const isDescribed = (config: unknown): boolean => typeof config === "object" && config !== null && LAYOUT_FIELD in config;
