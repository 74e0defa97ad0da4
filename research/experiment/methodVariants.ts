/** Methods by the names of the command line: every method's presets, ablations of FDLoRA, and constants and rates that are tuned. */
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { type FdLoraConfig, FUSION_SEARCH, fdLora } from "@duet/lora-core/strategies/fdLora";
import { fedAlt } from "@duet/lora-core/strategies/fedAlt";
import { type Method, methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import { atFullWeight, FULL_WEIGHT } from "./trials/fullWeight.ts";
import { MIXED_START } from "./trials/mixedStart.ts";
import { sharingByLikeness } from "./trials/sharingByLikeness.ts";

const base: FdLoraConfig = fdLora.presets["sends-personal"] as FdLoraConfig;

/** What one of FDLoRA's parts is worth: of the settings that send the personal adapter, with that part changed. */
const ABLATIONS: Readonly<Record<string, FdLoraConfig>> = {
  "no-stage-1": { ...base, init: "seed" },
  "no-sync": { ...base, sync: { ...base.sync, every: 0 } },
  "no-momentum": { ...base, outer: { form: "nesterov", learningRate: 1, momentum: 0 } },
  "heavy-ball": { ...base, outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 } },
  "product-fusion": { ...base, fusion: { ...FUSION_SEARCH, kind: "product" } },
  "per-layer-fusion": { ...base, fusion: { ...FUSION_SEARCH, kind: "per-layer", maxEvaluations: 40 } },
  "loss-fusion": { ...base, fusion: { ...FUSION_SEARCH, objective: "loss" } },
};

/** Ablations of the last stage: no search, everybody serves the same. */
const SERVED: Readonly<Record<string, Serve>> = {
  "no-fusion": { kind: "slot", slot: "personal" },
  "equal-weights": { kind: "sum", weights: { personal: 0.5, shared: 0.5 } },
};

/** Trials of the default with another sharing, or another start of a round, which the simulation sees to. */
const TRIALS: Readonly<Record<string, (method: Method) => Method>> = {
  "by-likeness": (method) => sharingByLikeness(method, "all"),
  "head-by-likeness": (method) => sharingByLikeness(method, "head"),
  [MIXED_START]: (method) => method,
};

/** Methods that have more variants than presets, by their ids. */
const VARIED: Readonly<Record<string, (variant: string, sync: number | null) => Method>> = {
  [fdLora.id]: fdLoraVariant,
  [fedAlt.id]: (variant) =>
    variant === FULL_WEIGHT ? atFullWeight(presetNamed(fedAlt.id, "brief")) : presetNamed(fedAlt.id, variant),
};

/** A name in its parts: `fdlora:private:fusion.confidence=0@0.003`. */
interface MethodName {
  readonly id: string;
  /** A preset or a variant; "" for the default. */
  readonly variant: string;
  /** Constants in place of the variant's, by their paths in its settings. */
  readonly constants: readonly (readonly [path: string, value: number])[];
  readonly learningRate: number | null;
}

function parsedName(name: string): MethodName {
  const [method = "", rate] = name.split("@");
  const [id = "", ...parts] = method.split(":");
  const constants = parts.flatMap((part): (readonly [string, number])[] => {
    const [path = "", value] = part.split("=");
    return value === undefined ? [] : [[path, Number(value)]];
  });
  const variant = parts.find((part) => !part.includes("=")) ?? "";
  return { id, variant, constants, learningRate: rate === undefined ? null : Number(rate) };
}

/** What is behind `@`: the method's own learning rate; null where it has that of all. @throws {RangeError} when it is none. */
export function learningRateOf(name: string): number | null {
  const { learningRate } = parsedName(name);
  if (learningRate !== null && !(learningRate > 0 && learningRate <= 1)) throw new RangeError(`${name} has no learning rate`);
  return learningRate;
}

/** Whether its clients start rounds from a mix; see trials/mixedStart.ts. */
export const startsMixed = (name: string): boolean => parsedName(name).variant === MIXED_START;

/** Which method it is, whatever its preset, constants and rate. */
export const methodId = (name: string): string => parsedName(name).id;

/** `sync` is FDLoRA's H in place of its own. @throws {RangeError} when there is no such method, preset, variant or constant. */
export function methodNamed(name: string, sync: number | null = null): Method {
  const { id, variant, constants } = parsedName(name);
  const method = VARIED[id]?.(variant, sync) ?? presetNamed(id, variant);
  return constants.length === 0 ? method : withConstants(id, variant, constants);
}

const presetNamed = (id: string, preset: string): Method => methodOf(presetOf(id, preset || undefined));

function withConstants(id: string, variant: string, constants: MethodName["constants"]): Method {
  const { config } = presetOf(id, variant || undefined);
  const changed = structuredClone(config) as Record<string, unknown>;
  for (const [path, value] of constants) setAt(changed, path.split("."), value);
  return methodOf({ id, config: changed });
}

function setAt(config: Record<string, unknown>, [key = "", ...inner]: readonly string[], value: number): void {
  if (!(key in config)) throw new RangeError(`There is no constant "${key}"; there are: ${Object.keys(config).join(", ")}`);
  if (inner.length === 0) config[key] = value;
  else setAt(config[key] as Record<string, unknown>, inner, value);
}

function fdLoraVariant(variant: string, sync: number | null): Method {
  const trial = TRIALS[variant];
  if (trial) return trial(fdLoraVariant("private", sync));
  const served = SERVED[variant];
  const { id, configSchema } = fdLora;
  const config = served ? base : (ABLATIONS[variant] ?? configSchema.parse(presetOf(id, variant || undefined).config));
  const every = sync ?? config.sync.every;
  const method = methodOf({ id, config: { ...config, sync: { ...config.sync, every } } });
  return served ? serving(method, served) : method;
}

function serving(method: Method, serve: Serve): Method {
  const plan: Method["plan"] = (budgets, context) => {
    const planned = method.plan(budgets, context);
    return planned.serve ? { ...planned, serve } : planned;
  };
  return { ...method, plan };
}

/** The names behind "all": every method with its default preset, and FDLoRA's other presets. */
export function allMethods(): readonly string[] {
  const [, ...others] = Object.keys(fdLora.presets);
  return [...strategies.map(({ id }) => id), ...others.map((preset) => `${fdLora.id}:${preset}`)];
}
