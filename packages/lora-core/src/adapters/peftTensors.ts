/** adapter_model.safetensors of the PEFT library, under whatever prefixes a trainer wrote: a pair of factors per module of the base. */

import { readSafetensors, SafetensorsError } from "../checkpoints/safetensors.ts";
import type { AdapterSaying } from "../errors/adapterSentences.ts";
import type { Told } from "../sayings/saying.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";
import { isCalled, type LinearModule } from "./adapterConfig.ts";
import { PeftFormatError } from "./peftFormatError.ts";
import { noModuleCalled } from "./selectModules.ts";

/** One factor as the file has it. */
export interface PeftFactor {
  /** Its name in the file. */
  readonly key: string;
  readonly tensor: HostTensor;
}

export interface PeftFactors {
  /** [r, in] */
  readonly a: PeftFactor;
  /** [out, r] */
  readonly b: PeftFactor;
}

/** Parts of a name that wrappers of a model add: torch.compile, DataParallel, FSDP, activation checkpointing. */
const wrappers: ReadonlySet<string> = new Set(["_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]);
/** <module>.lora_A[.<adapter>][.weight] */
const FACTOR = /^(.+)\.lora_([AB])(?:\.(?!weight$)([^.]+))?(?:\.weight)?$/;
/** The weight of the saved module of label prototypes, as PEFT writes it and as it stands in a model. */
const LABELS = /^base_model\.model\.labels\.(?:modules_to_save\.[^.]+\.)?weight$/;
/** Tensors beside the two factors, and what they mean. */
const others: readonly (readonly [pattern: RegExp, meaning: AdapterSaying])[] = [
  [/lora_magnitude_vector/, ["magnitude"]],
  [/lora_embedding_[AB]/, ["onEmbedding"]],
  [/modules_to_save|original_module/, ["savedModule"]],
  [/trainable_tokens|token_adapter/, ["trainedToken"]],
  [/lora_[AB](\.[^.]+)?\.bias$/, ["loraBias"]],
  [/\.bias$/, ["trainedBias"]],
  [/lora_E|ranknum/, ["singularValue"]],
  [/\.weight$/, ["wholeWeight"]],
];

/**
 * The factors of every module that has some, by the base's own names, in the base's order, and label prototypes where there are any.
 * @throws {PeftFormatError} for a damaged file, a module that this base does not have, or a tensor that is no factor.
 */
export function readPeftTensors(
  bytes: Uint8Array,
  linears: readonly LinearModule[],
): { readonly factors: ReadonlyMap<string, PeftFactors>; readonly labels: PeftFactor | null } {
  let labels: PeftFactor | null = null;
  const found = new Map<string, PeftFactor>();
  const adapters = new Set<string>();
  for (const [key, tensor] of tensorsOf(bytes)) {
    if (LABELS.test(key)) {
      labels = { key, tensor };
      continue;
    }
    const { module, factor, adapter } = parseKey(key);
    const slot = `${moduleCalled(module, key, linears)} ${factor}`;
    const twin = found.get(slot);
    adapters.add(adapter);
    if (adapters.size > 1) throw new PeftFormatError(["severalAdapters", [...adapters].join(", ")]);
    if (twin) throw new PeftFormatError(["sameFactor", twin.key, key]);
    found.set(slot, { key, tensor });
  }
  const factors = new Map(
    linears.flatMap(({ name }): [string, PeftFactors][] => {
      const [a, b] = [found.get(`${name} A`), found.get(`${name} B`)];
      if (!a && !b) return [];
      if (!a || !b) throw new PeftFormatError(["noTensor", otherFactor((a ?? b)?.key ?? "")]);
      return [[name, { a, b }]];
    }),
  );
  return { factors, labels };
}

function tensorsOf(bytes: Uint8Array): ReadonlyMap<string, HostTensor> {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) throw new PeftFormatError(error.saying);
    throw error;
  }
}

function parseKey(key: string): { readonly module: string; readonly factor: string; readonly adapter: string } {
  const meaning = others.find(([pattern]) => pattern.test(key))?.[1] ?? (["otherThanLora"] as const);
  const [, module, factor, adapter = ""] = FACTOR.exec(key) ?? [];
  if (module === undefined || factor === undefined || adapter === "bias") {
    throw new PeftFormatError(["noFactor", key, meaning as Told]);
  }
  return { module, factor, adapter };
}

/** The base's module for a name in the file, which may have more in front, or less where the model was trained without its head. */
function moduleCalled(written: string, key: string, linears: readonly LinearModule[]): string {
  const bare = written
    .split(".")
    .filter((part) => !wrappers.has(part))
    .join(".")
    .replace(/^(?:base_model\.(?:model\.)?)+/, "");
  const exact = linears.find(({ name }) => name === bare);
  const [only, ...more] = exact ? [exact] : linears.filter(({ name }) => isCalled(name, bare));
  if (only && more.length === 0) return only.name;
  if (only) throw new PeftFormatError(["ambiguous", key, only.name, String(more[0]?.name)]);
  throw new PeftFormatError(["strayTensor", key, noModuleCalled(bare, linears) as Told]);
}

const otherFactor = (key: string) =>
  key.replace(/lora_([AB])(?!.*lora_[AB])/, (_, factor) => `lora_${factor === "A" ? "B" : "A"}`);
