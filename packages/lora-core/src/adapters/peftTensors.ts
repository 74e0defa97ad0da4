/** adapter_model.safetensors of the PEFT library, under whatever prefixes a trainer wrote: a pair of factors per module of the base. */
import { readSafetensors, SafetensorsError } from "../checkpoints/safetensors.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";
import { isCalled, type LinearModule, noModuleCalled } from "./adapterConfig.ts";
import { PeftFormatError } from "./peftFormatError.ts";

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
const others: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/lora_magnitude_vector/, "a magnitude of DoRA"],
  [/lora_embedding_[AB]/, "an adapter on an embedding"],
  [/modules_to_save|original_module/, "a saved module"],
  [/trainable_tokens|token_adapter/, "a trained token embedding"],
  [/lora_[AB](\.[^.]+)?\.bias$/, "a bias of LoRA (lora_bias)"],
  [/\.bias$/, "a trained bias"],
  [/lora_E|ranknum/, "a singular value of AdaLoRA"],
  [/\.weight$/, "a whole weight"],
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
    if (adapters.size > 1)
      throw new PeftFormatError(`it holds several adapters: ${[...adapters].join(", ")}. Save one of them alone.`);
    if (twin) throw new PeftFormatError(`${twin.key} and ${key} are the same factor`);
    found.set(slot, { key, tensor });
  }
  const factors = new Map(
    linears.flatMap(({ name }): [string, PeftFactors][] => {
      const [a, b] = [found.get(`${name} A`), found.get(`${name} B`)];
      if (!a && !b) return [];
      if (!a || !b) throw new PeftFormatError(`it has no tensor ${otherFactor((a ?? b)?.key ?? "")}`);
      return [[name, { a, b }]];
    }),
  );
  return { factors, labels };
}

function tensorsOf(bytes: Uint8Array): ReadonlyMap<string, HostTensor> {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) throw new PeftFormatError(error.message);
    throw error;
  }
}

function parseKey(key: string): { readonly module: string; readonly factor: string; readonly adapter: string } {
  const meaning = others.find(([pattern]) => pattern.test(key))?.[1] ?? "not a factor of LoRA";
  const [, module, factor, adapter = ""] = FACTOR.exec(key) ?? [];
  if (module === undefined || factor === undefined || adapter === "bias") {
    throw new PeftFormatError(
      `it has the tensor ${key}, ${meaning}, which is not supported. Only lora_A and lora_B of linear modules are read.`,
    );
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
  if (only) throw new PeftFormatError(`it has the tensor ${key}, which may mean ${only.name} or ${more[0]?.name}`);
  throw new PeftFormatError(`it has the tensor ${key}. ${noModuleCalled(bare, linears)}`);
}

const otherFactor = (key: string) =>
  key.replace(/lora_([AB])(?!.*lora_[AB])/, (_, factor) => `lora_${factor === "A" ? "B" : "A"}`);
