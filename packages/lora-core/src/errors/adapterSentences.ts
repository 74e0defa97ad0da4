/** Why files of an adapter cannot be read, or do not fit a federation. */
import type { Saying } from "../sayings/saying.ts";
import { MODEL_SENTENCES } from "./modelSentences.ts";
import { noModule } from "./noModule.ts";

export const ADAPTER_SENTENCES = {
  ...MODEL_SENTENCES,
  adapter: (problem: string) => `This PEFT adapter cannot be used: ${problem}`,
  configNotJson: () => "adapter_config.json is not JSON",
  configNoObject: () => "adapter_config.json is not an object",
  unsupportedField: (field: string, value: string, next: string) =>
    `adapter_config.json has ${field} = ${value}, which is not supported. ${next}`,
  retrain: () => "Train it again without that, or merge it into the base with PEFT's merge_and_unload.",
  onlyLora: () => "Only LoRA adapters are read.",
  ranksRead: (most: number) => `Ranks from 1 to ${most} are read.`,
  alphasRead: (most: number) => `Alphas up to ${most} are read.`,
  trainsMagnitudes: () =>
    "DoRA also trains magnitudes. Train it again without that, or merge it into the base with PEFT's merge_and_unload.",
  trainsBiases: () =>
    "It also trains biases. Train it again without that, or merge it into the base with PEFT's merge_and_unload.",
  trainsModules: () =>
    "It also trains whole modules. Train it again without that, or merge it into the base with PEFT's merge_and_unload.",
  trainsEmbeddings: () =>
    "It also trains embeddings. Train it again without that, or merge it into the base with PEFT's merge_and_unload.",
  changedBase: () => "Its start changed the base. Convert it with PEFT's path_initial_model_for_weight_conversion.",
  wholeModules: () => "Name whole modules in it.",
  noModule,
  severalAdapters: (names: string) => `it holds several adapters: ${names}. Save one of them alone.`,
  sameFactor: (one: string, other: string) => `${one} and ${other} are the same factor`,
  noTensor: (key: string) => `it has no tensor ${key}`,
  noFactor: (key: string, meaning: string) =>
    `it has the tensor ${key}, ${meaning}, which is not supported. Only lora_A and lora_B of linear modules are read.`,
  ambiguous: (key: string, one: string, other: string) => `it has the tensor ${key}, which may mean ${one} or ${other}`,
  strayTensor: (key: string, why: string) => `it has the tensor ${key}. ${why}`,
  magnitude: () => "a magnitude of DoRA",
  onEmbedding: () => "an adapter on an embedding",
  savedModule: () => "a saved module",
  trainedToken: () => "a trained token embedding",
  loraBias: () => "a bias of LoRA (lora_bias)",
  trainedBias: () => "a trained bias",
  singularValue: () => "a singular value of AdaLoRA",
  wholeWeight: () => "a whole weight",
  otherThanLora: () => "not a factor of LoRA",
  noFactors: () => "it has no lora_A and lora_B of a linear module",
  scaleTooLarge: (alpha: number, rank: number, most: number) =>
    `its scale is ${alpha} / ${rank}, an alpha of at most ${most} is read`,
  noTensorOf: (prefix: string, key: string) => `it has no tensor ${prefix}${key}`,
  unnamedLabels: (key: string) => `it has the tensor ${key}, which its modules_to_save do not name`,
  noMatrix: (key: string) => `${key} is no matrix`,
  notGiven: (key: string, fields: string) => `it has the tensor ${key}, which its ${fields} do not give this base`,
  otherRank: (key: string, rank: number, most: number) => `${key} has rank ${rank}; ranks from 1 to ${most} are read`,
  otherShape: (key: string, shape: string, rank: number, wanted: string) =>
    `${key} has shape [${shape}], this base and rank ${rank} need [${wanted}]`,
  otherShapeBy: (key: string, shape: string, rank: number, pattern: string, wanted: string) =>
    `${key} has shape [${shape}], this base and rank ${rank} (adapter_config.json has ${pattern}) need [${wanted}]`,
  notFinite: (key: string) => `${key} has a value that is not finite`,
  tooLargeToExchange: (bytes: number, most: number) => `it has ${bytes} bytes, at most ${most} can be exchanged`,
  noFileCalled: (name: string) => `there is no ${name}`,
  severalFilesCalled: (name: string) => `there is more than one ${name}`,
  zipDamaged: () => "the .zip is damaged",
  fileTooLarge: (name: string, bytes: number, most: number) => `${name} has ${bytes} bytes, at most ${most} are read`,
  bothDiffer: (one: string, other: string) => `${one}; ${other}`,
  rankDiffers: (rank: number, wanted: number) => `its rank is ${rank}, the federation's is ${wanted}`,
  alphaDiffers: (alpha: number, wanted: number) => `its alpha is ${alpha}, the federation's is ${wanted}`,
  labelsDiffer: (found: string, wanted: string) => `it has ${found}, the federation ${wanted}`,
  prototypes: (labels: number, width: number) => `${labels} label prototypes of width ${width}`,
  noPrototypes: () => "no label prototypes",
  targetsDiffer: (targets: string, wanted: string) => `it adapts ${targets}, the federation ${wanted}`,
} as const;

export type AdapterSaying = Saying<typeof ADAPTER_SENTENCES>;
