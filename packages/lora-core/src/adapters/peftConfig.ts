/**
 * adapter_config.json of the PEFT library: how its adapter scales its factors, and what it claims of its modules and ranks. Whatever
 * would make another update than W x + scale B A x is refused by its name. Fields: LoraConfig in peft/tuners/lora/config.py.
 */

import { z } from "zod";
import type { AdapterSaying } from "../errors/adapterSentences.ts";
import type { Told } from "../sayings/saying.ts";
import { adapterConfig, isCalled, type LinearModule, MAX_ALPHA, MAX_RANK } from "./adapterConfig.ts";
import { PeftFormatError } from "./peftFormatError.ts";
import { noModuleCalled } from "./selectModules.ts";

const { rank, alpha } = adapterConfig.shape;
const names = z.array(z.string().min(1).max(500)).max(4096);
/** A list of names, or a regular expression. */
const modules = z.union([names, z.string().min(1).max(1000)]);
const byPattern = <Value extends z.ZodType>(value: Value) => z.record(z.string().min(1).max(500), value).nullish();

/** The module that label prototypes are the weight of. */
export const LABELS_MODULE = "labels";

const fields = z.object({
  peft_type: z.literal("LORA"),
  r: rank,
  lora_alpha: alpha,
  lora_dropout: adapterConfig.shape.dropout.default(0),
  target_modules: modules,
  exclude_modules: modules.nullish(),
  layers_to_transform: z.union([z.array(z.number().int().min(0)).max(4096), z.number().int().min(0)]).nullish(),
  layers_pattern: z.union([names, z.string().max(500)]).nullish(),
  rank_pattern: byPattern(rank),
  alpha_pattern: byPattern(alpha),
  use_rslora: z.boolean().nullish(),
  bias: z.literal("none").nullish(),
  /** Label prototypes alone. */
  modules_to_save: z.array(z.literal(LABELS_MODULE)).nullish(),
  /** All others start by changing the base, too. */
  init_lora_weights: z.union([z.boolean(), z.enum(["gaussian", "eva", "orthogonal", "mica"])]).nullish(),
});
type Fields = z.output<typeof fields>;

/** Fields that do not change what a trained adapter computes. Every other one must be off: absent, null, false or empty. */
const harmless: ReadonlySet<string> = new Set([
  "auto_mapping",
  "base_model_name_or_path",
  "corda_config",
  "ensure_weight_tying",
  "eva_config",
  "fan_in_fan_out",
  "inference_mode",
  "loftq_config",
  "lora_ga_config",
  "megatron_config",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "task_type",
  "velora_config",
]);

/** What is claimed of a base's module; null where a regular expression is not evaluated, so that only the tensors can tell. */
export interface PeftClaims {
  readonly dropout: number;
  /** Whether label prototypes come with it. */
  readonly savesLabels: boolean;
  /** Whether the module is adapted. */
  readonly adapts: (module: string) => boolean | null;
  /** In words, for a refusal: the fields behind {@link adapts}. */
  readonly adaptedBy: string;
  readonly rankOf: (module: string) => number | null;
  /** The field behind {@link rankOf}, when it is not `r`. */
  readonly rankPattern: string | null;
  /** s in W x + s B A x, for a module of this rank. */
  readonly scaleOf: (module: string, rank: number) => number;
  /** s of a module that no pattern names. */
  readonly plainScaleOf: (rank: number) => number;
  /** What becomes of s when it is written as alpha / rank: alpha as the file has it where that is the same. */
  readonly alphaOf: (scale: number, rank: number) => number;
}

/** @throws {PeftFormatError} naming the field that is missing or would mean another update. */
export function readPeftConfig(text: string, linears: readonly LinearModule[]): PeftClaims {
  const found = parseFields(text);
  const ranks = patternValues(found.rank_pattern ?? {});
  const alphas = patternValues(found.alpha_pattern ?? {});
  const scale = (value: number, rank: number) => value / (found.use_rslora ? Math.sqrt(rank) : rank);
  assertTargets(found.target_modules, linears);
  return {
    dropout: found.lora_dropout,
    savesLabels: (found.modules_to_save ?? []).length > 0,
    adapts: claimedModules(found),
    adaptedBy: claimWords(found),
    rankOf: (module) => valueFor(ranks, module, found.r),
    rankPattern: ranks.length === 0 ? null : `rank_pattern = ${JSON.stringify(found.rank_pattern)}`,
    scaleOf(module, rank) {
      const value = valueFor(alphas, module, found.lora_alpha);
      if (value === null) throw unsupported("alpha_pattern", found.alpha_pattern, ["wholeModules"]);
      return scale(value, rank);
    },
    plainScaleOf: (rank) => scale(found.lora_alpha, rank),
    alphaOf: (value, rank) => (value === found.lora_alpha / rank ? found.lora_alpha : value * rank),
  };
}

function parseFields(text: string): Fields {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PeftFormatError(["configNotJson"]);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new PeftFormatError(["configNoObject"]);
  }
  for (const [field, value] of Object.entries(json)) {
    if (!(field in fields.shape) && !harmless.has(field) && !isOff(value)) throw unsupported(field, value, advice.get(field));
  }
  const parsed = fields.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0]);
  throw unsupported(field, Reflect.get(json, field), advice.get(field));
}

const isOff = (value: unknown) =>
  value === null || value === false || (typeof value === "object" && Object.keys(value).length === 0);

/** What to do about a field, beside what the message says. */
const advice: ReadonlyMap<string, AdapterSaying> = new Map<string, AdapterSaying>([
  ["peft_type", ["onlyLora"]],
  ["r", ["ranksRead", MAX_RANK]],
  ["lora_alpha", ["alphasRead", MAX_ALPHA]],
  ["use_dora", ["trainsMagnitudes"]],
  ["bias", ["trainsBiases"]],
  ["lora_bias", ["trainsBiases"]],
  ["modules_to_save", ["trainsModules"]],
  ["trainable_token_indices", ["trainsEmbeddings"]],
  ["init_lora_weights", ["changedBase"]],
]);

function unsupported(field: string, value: unknown, next: AdapterSaying = ["retrain"]): PeftFormatError {
  const shown = JSON.stringify(value) ?? "nothing";
  const short = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
  return new PeftFormatError(["unsupportedField", field, short, next as Told]);
}

/** A list may name nothing that is not there. @throws {PeftFormatError} */
function assertTargets(targets: Fields["target_modules"], linears: readonly LinearModule[]): void {
  if (typeof targets === "string") return;
  const unknown = targets.find((target) => !linears.some(({ name }) => isCalled(name, target)));
  if (unknown !== undefined) throw new PeftFormatError(noModuleCalled(unknown, linears));
}

/** As check_target_module_exists of peft/tuners/tuners_utils.py. */
function claimedModules(found: Fields): PeftClaims["adapts"] {
  const excluded = found.exclude_modules ? named(found.exclude_modules) : () => false;
  const targeted = found.target_modules === "all-linear" ? () => true : named(found.target_modules);
  const layers = found.layers_to_transform ?? [];
  const indices = new Set(typeof layers === "number" ? [layers] : layers);
  const patterns = [found.layers_pattern ?? []].flat();
  return (module) => {
    const [, list = "", index] = /(?:^|\.)([^.]+)\.(\d+)\./.exec(module) ?? [];
    const inLayers = indices.size === 0 || (indices.has(Number(index)) && (patterns.length === 0 || patterns.includes(list)));
    const out = excluded(module);
    if (out === true || !inLayers) return false;
    const claimed = targeted(module);
    return out === null && claimed === true ? null : claimed;
  };
}

/** Names of a list, or a regular expression that the whole name must match. */
function named(modules: Fields["target_modules"]): PeftClaims["adapts"] {
  if (typeof modules !== "string") return (module) => modules.some((target) => isCalled(module, target));
  const pattern = affordable(`^(?:${modules})$`);
  return (module) => pattern?.test(module) ?? null;
}

function claimWords({ target_modules: targets, exclude_modules, layers_to_transform }: Fields): string {
  const words = Object.entries({ exclude_modules, layers_to_transform }).flatMap(([field, value]) =>
    value === undefined || isOff(value) ? [] : [`${field} = ${JSON.stringify(value)}`],
  );
  const shown = typeof targets === "string" ? `target_modules = ${JSON.stringify(targets)}` : "target_modules";
  return [shown, ...words].join(" and ");
}

interface PatternValue {
  /** Null when the pattern is not evaluated. */
  readonly pattern: RegExp | null;
  readonly value: number;
}

/** As get_pattern_key of peft/utils/other.py: a key is the last parts of a name, or a regular expression for them. */
function patternValues(values: Readonly<Record<string, number>>): readonly PatternValue[] {
  return Object.entries(values).map(([key, value]) => ({ pattern: affordable(`^(?:.*\\.)?(?:${key})$`), value }));
}

/** Of the first pattern that matches, else the default; null when it depends on one that is not evaluated. */
function valueFor(values: readonly PatternValue[], module: string, otherwise: number): number | null {
  for (const { pattern, value } of values) {
    if (!pattern) return null;
    if (pattern.test(module)) return value;
  }
  return otherwise;
}

/**
 * The regular expression where it cannot take long: at most four parts that repeat, none of them a group. Names are short, and most
 * expressions are as simple as that; null for others, and for what only Python understands.
 */
function affordable(source: string): RegExp | null {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]])*\]|\(\?[:=!]|\(\?<[=!]/g, "x");
  const repeats = bare.match(/[*+?{]/g)?.length ?? 0;
  if (/\)[*+{]/.test(bare) || repeats > 4) return null;
  try {
    return new RegExp(source);
  } catch {
    return null;
  }
}
