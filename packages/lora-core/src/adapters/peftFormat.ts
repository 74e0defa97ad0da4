/**
 * An adapter as the two files of the PEFT library (huggingface/peft): adapter_config.json and adapter_model.safetensors, where
 * every module's factors are base_model.model.<module>.lora_A.weight [R, in] and .lora_B.weight [out, R]. A fused adapter is
 * written like any other: it is one of rank R. Files come from strangers: whatever would mean another update than
 * W x + (alpha / rank) B A x is refused, but for label prototypes: a saved module "labels" with V as its weight.
 */

import { writeSafetensors } from "../checkpoints/safetensors.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { type AdapterConfig, type LinearModule, MAX_ALPHA, MAX_RANK, targetsOf } from "./adapterConfig.ts";
import { adapterLayout, factorAKey, factorBKey, isPrototypes, PROTOTYPES_KEY } from "./adapterLayout.ts";
import { LABELS_MODULE, type PeftClaims, readPeftConfig } from "./peftConfig.ts";
import { PeftFormatError } from "./peftFormatError.ts";
import { type PeftFactor, type PeftFactors, readPeftTensors } from "./peftTensors.ts";
import { selectModules } from "./selectModules.ts";

/** What PEFT has to know of the base model. */
export interface PeftBase {
  readonly linears: readonly LinearModule[];
  /** Linear modules that the class has for PEFT, though nothing that is computed here reads them: factors on them are left out. */
  readonly unread?: readonly LinearModule[];
  /** The base's weights lie as [in, out] (Conv1D of GPT-2). */
  readonly fanInFanOut: boolean;
  /** null for models that PEFT has no task for. */
  readonly taskType: "CAUSAL_LM" | "FEATURE_EXTRACTION" | null;
  /** Name on the hub or folder of the base; null leaves it to whoever loads the adapter. */
  readonly name: string | null;
}

/** The files by their names. */
export interface PeftFiles {
  readonly "adapter_config.json": string;
  readonly "adapter_model.safetensors": Uint8Array;
}

export interface PeftAdapter {
  readonly config: AdapterConfig;
  /** In the order of the adapter's layout. */
  readonly tensors: NamedTensors;
}

const KEY_PREFIX = "base_model.model.";

/** All that PEFT finds. */
const modulesOf = ({ linears, unread = [] }: PeftBase): readonly LinearModule[] => [...linears, ...unread];

/** @throws {RangeError} when the tensors do not have the layout that the config puts on the base. */
export function writePeftAdapter({ config, tensors }: PeftAdapter, base: PeftBase): PeftFiles {
  const weights = adapterLayout(base.linears, config).map(({ key, shape }): [string, HostTensor] => {
    const tensor = tensors.get(key);
    if (tensor?.shape.join() !== shape.join()) throw new RangeError(`writePeftAdapter: ${key} is missing or not [${shape}]`);
    return [KEY_PREFIX + (isPrototypes(key) ? PROTOTYPES_KEY : key), tensor];
  });
  const fields = {
    alpha_pattern: {},
    base_model_name_or_path: base.name,
    bias: "none",
    fan_in_fan_out: base.fanInFanOut,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    modules_to_save: config.prototypes ? [LABELS_MODULE] : null,
    peft_type: "LORA",
    r: config.rank,
    rank_pattern: {},
    revision: null,
    target_modules: base.unread ? targetsOf(selectModules(base.linears, config), modulesOf(base)) : config.targetModules,
    task_type: base.taskType,
    use_dora: false,
    use_rslora: false,
  };
  return {
    "adapter_config.json": `${JSON.stringify(fields, null, 2)}\n`,
    "adapter_model.safetensors": writeSafetensors(new Map(weights), { format: "pt" }),
  };
}

/**
 * Reads the files of an adapter for this base. The tensors tell which modules it is on; what the config claims must agree with them.
 * Float32 values come back bit for bit where one rank and one scale hold for all modules. Otherwise smaller ranks are filled up with
 * zeros and B takes what a module's scale has more or less than the others': the same update. @throws {PeftFormatError}
 */
export function readPeftAdapter(files: PeftFiles, base: PeftBase): PeftAdapter {
  const claims = readPeftConfig(files["adapter_config.json"], modulesOf(base));
  const { factors, labels } = readPeftTensors(files["adapter_model.safetensors"], modulesOf(base));
  assertLabels(claims, labels);
  const modules = base.linears.flatMap((linear) => {
    const found = factors.get(linear.name);
    assertClaimed(linear, found, claims);
    return found ? [checkedModule(linear, found, claims)] : [];
  });
  if (modules.length === 0) throw new PeftFormatError(["noFactors"]);
  const rank = Math.max(...modules.map((module) => module.rank));
  const plain = modules.find((module) => module.scale === claims.plainScaleOf(module.rank));
  const { scale = 1 } = plain ?? modules[0] ?? {};
  const alpha = claims.alphaOf(scale, rank);
  if (alpha > MAX_ALPHA) throw new PeftFormatError(["scaleTooLarge", alpha, rank, MAX_ALPHA]);
  const adapted = modules.map(({ linear }) => linear);
  const config = { rank, alpha, dropout: claims.dropout, targetModules: targetsOf(adapted, modulesOf(base)) };
  const tensors = new Map(modules.flatMap((module) => entriesOf(module, { rank, scale })));
  if (!labels) return { config, tensors };
  const [count = 0, width = 0] = labels.tensor.shape;
  // How they learned is not in the file: as the factors, and shared.
  const prototypes = { labels: count, width, rate: 1, travel: "shared" } as const;
  return { config: { ...config, prototypes }, tensors: new Map([...tensors, [PROTOTYPES_KEY, finite(labels)]]) };
}

function assertLabels({ savesLabels }: PeftClaims, labels: PeftFactor | null): void {
  if (savesLabels && !labels) throw new PeftFormatError(["noTensorOf", KEY_PREFIX, PROTOTYPES_KEY]);
  if (!savesLabels && labels) throw new PeftFormatError(["unnamedLabels", labels.key]);
  if (labels && labels.tensor.shape.length !== 2) throw new PeftFormatError(["noMatrix", labels.key]);
}

interface CheckedModule extends PeftFactors {
  readonly linear: LinearModule;
  readonly rank: number;
  /** s in W x + s B A x. */
  readonly scale: number;
}

function assertClaimed({ name }: LinearModule, found: PeftFactors | undefined, claims: PeftClaims): void {
  const claimed = claims.adapts(name);
  if (found && claimed === false) {
    throw new PeftFormatError(["notGiven", found.a.key, claims.adaptedBy]);
  }
  if (!found && claimed === true) throw new PeftFormatError(["noTensorOf", KEY_PREFIX, factorAKey(name)]);
}

function checkedModule(linear: LinearModule, { a, b }: PeftFactors, claims: PeftClaims): CheckedModule {
  const { name, inFeatures, outFeatures } = linear;
  const rank = claims.rankOf(name) ?? a.tensor.shape[0] ?? 0;
  if (!(rank >= 1 && rank <= MAX_RANK)) throw new PeftFormatError(["otherRank", a.key, rank, MAX_RANK]);
  const assertShape = ({ key, tensor: { shape } }: PeftFactor, wanted: readonly number[]) => {
    if (shape.join() === wanted.join()) return;
    const [has, needs, pattern] = [String(shape), String(wanted), claims.rankPattern];
    throw new PeftFormatError(
      pattern === null ? ["otherShape", key, has, rank, needs] : ["otherShapeBy", key, has, rank, pattern, needs],
    );
  };
  assertShape(a, [rank, inFeatures]);
  assertShape(b, [outFeatures, rank]);
  return { linear, a, b, rank, scale: claims.scaleOf(name, rank) };
}

/** A module's tensors in an adapter of this rank and scale. */
function entriesOf(module: CheckedModule, adapter: { readonly rank: number; readonly scale: number }): [string, HostTensor][] {
  const { name, inFeatures, outFeatures } = module.linear;
  const [a, b] = [finite(module.a), finite(module.b)];
  const [keyA, keyB] = [factorAKey(name), factorBKey(name)];
  const ratio = module.scale / adapter.scale;
  if (module.rank === adapter.rank && ratio === 1)
    return [
      [keyA, { ...a }],
      [keyB, { ...b }],
    ];
  const wideA = new Float32Array(adapter.rank * inFeatures);
  wideA.set(a.data);
  const wideB = new Float32Array(outFeatures * adapter.rank);
  b.data.forEach((value, i) => {
    wideB[Math.floor(i / module.rank) * adapter.rank + (i % module.rank)] = ratio * value;
  });
  return [
    [keyA, { shape: [adapter.rank, inFeatures], data: wideA }],
    [keyB, { shape: [outFeatures, adapter.rank], data: wideB }],
  ];
}

/** The factor with its data read once. */
function finite({ key, tensor: { shape, data } }: PeftFactor): HostTensor {
  if (!data.every(Number.isFinite)) throw new PeftFormatError(["notFinite", key]);
  return { shape, data };
}
