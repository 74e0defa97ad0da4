/** Everything `npm run inspect` says of a model, as one value. */
import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { estimateMemory, type MemoryEstimate, occupiedBytes, type Workload } from "@duet/lora-core/architectures/memoryEstimate";
import { type Architecture, parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { bytesPerWeight } from "@duet/lora-core/architectures/weightStorage";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";
import type { ModelOnDisk, StoredAs } from "./modelOnDisk.ts";

const RANKS = [4, 8, 16, 32];
/** The rank that the memory estimates are for. */
const MEMORY_RANK = 8;
const ANSWER_TOKENS = 4;
const SHAPES = [
  [1, 64],
  [4, 64],
  [8, 64],
  [8, 128],
  [16, 256],
  [4, 1024],
] as const;

export interface Inspection {
  readonly path: string;
  readonly modelType: string;
  readonly family: Architecture["family"];
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Fewer than `heads` where heads share their keys and values. */
  readonly keyValueHeads: number;
  readonly parameters: number;
  /** Tokens a text may have. */
  readonly maxTokens: number;
  readonly tokenizer: { readonly kind: string; readonly pieces: number };
  readonly hasChatTemplate: boolean;
  readonly fileBytes: number;
  readonly storedAs: readonly StoredAs[];
  readonly memory: readonly (Workload & MemoryEstimate & { readonly rank: number; readonly occupied: number })[];
  readonly lora: { readonly targets: readonly string[]; readonly ranks: readonly LoraSize[] };
}

export interface LoraSize {
  readonly rank: number;
  readonly parameters: number;
  /** Of the adapter as it travels: float32, once up and once down in a round for every client. */
  readonly bytes: number;
}

/** @throws {UnsupportedModelError} naming the field of config.json that is not supported. */
export function inspectModel(model: ModelOnDisk): Inspection {
  const architecture = parseArchitecture(model.config);
  const { family, config, parameters, linears, defaultTargets } = architecture;
  const adapter = (rank: number): AdapterConfig => ({ rank, alpha: 2 * rank, dropout: 0, targetModules: [...defaultTargets] });
  const maxTokens = family === "encoder" ? config.maxTokens : config.maxPositions;
  const ranks = RANKS.map((rank) => {
    const bytes = layoutBytes(adapterLayout(linears, adapter(rank)));
    return { rank, parameters: bytes / 4, bytes };
  });
  const memory = SHAPES.filter(([, tokens]) => tokens <= maxTokens).map(([batchSize, tokens]) => {
    const answerTokens = family === "encoder" ? 0 : ANSWER_TOKENS;
    const work: Workload = {
      ...{ batchSize, maxTokens: tokens, answerTokens, evaluationRows: EVALUATION_ROWS },
      bytesPerWeight: bytesPerWeight(model.fileBytes, parameters),
    };
    const estimate = estimateMemory(architecture, adapter(MEMORY_RANK), work);
    return { ...work, rank: MEMORY_RANK, ...estimate, occupied: occupiedBytes(estimate) };
  });
  return {
    path: model.path,
    modelType: textAt(model.config, "model_type"),
    family,
    layers: config.layers,
    width: config.hiddenSize,
    heads: config.heads,
    keyValueHeads: "keyValueHeads" in config ? config.keyValueHeads : config.heads,
    parameters,
    maxTokens,
    tokenizer: tokenizerOf(model.tokenizer),
    hasChatTemplate: model.hasChatTemplate,
    fileBytes: model.fileBytes,
    storedAs: model.storedAs,
    memory,
    lora: { targets: defaultTargets, ranks },
  };
}

function tokenizerOf(json: unknown): Inspection["tokenizer"] {
  const model = fieldOf(json, "model");
  const vocabulary = fieldOf(model, "vocab");
  const pieces = typeof vocabulary === "object" && vocabulary !== null ? Object.keys(vocabulary).length : 0;
  return { kind: textAt(model, "type"), pieces };
}

function fieldOf(json: unknown, name: string): unknown {
  return typeof json === "object" && json !== null ? Reflect.get(json, name) : undefined;
}

function textAt(json: unknown, name: string): string {
  return String(fieldOf(json, name) ?? "unknown");
}
