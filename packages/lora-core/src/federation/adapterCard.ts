/** The README.md that goes with an exported adapter: what it belongs to, how it was made, how to load it. Pure. */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { PeftBase } from "../adapters/peftFormat.ts";
import { promptText } from "../data/promptText.ts";
import type { Task } from "../data/task.ts";
import type { ModelExport } from "../exports/modelExport.ts";
import type { FusionWeights } from "../fusion/adaFusion.ts";
import type { BaseModel } from "../protocol/baseModel.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { isFusing, isLocalLearning } from "../schedule/roundNumbers.ts";
import { servesBy } from "../strategies/planFacts.ts";
import { methodOf } from "../strategies/registry.ts";
import type { Serve } from "../strategies/strategy.ts";
import { type CardFigures, figureSection, frontMatter } from "./cardFigures.ts";
import { privacyWords } from "./cardPrivacy.ts";
import type { ClientAdapterKind } from "./heldAdapters.ts";

export interface AdapterCardSubject {
  readonly kind: ClientAdapterKind;
  /** The last round it has been through; null before the first. */
  readonly round: number | null;
  /** Weights of a fused adapter; null for the others. */
  readonly fusion: FusionWeights | null;
  /** Null where there are none, or none of this round. */
  readonly figures: CardFigures | null;
  readonly config: FederationConfig;
  readonly base: PeftBase;
  /** What it is written as. */
  readonly format: "peft" | ModelExport;
}

/** Of a federation in which nobody but the files says how many a client has. */
const OWN_RANKS = "; clients may have fewer ranks at the same scale, the files say how many these are";

/** Labels written out; of more only their number is said. */
const LABELS_SHOWN = 60;

export function adapterCard(subject: AdapterCardSubject): string {
  const { kind, config, figures, format } = subject;
  const { rank, alpha, targetModules } = config.adapter;
  return `${frontMatter({ kind, figures, library: LIBRARIES[format] }, config)}\n\n${[
    `# ${config.name}: ${titleOf(subject)}`,
    `${FORMATS[format]}, written by Duet. ${ORIGINS[kind]}`,
    [
      `- base model: ${baseWords(config.model)}`,
      ...config.model.files.map(({ path, sha256 }) => `  - ${path}, SHA-256 ${sha256}`),
      `- adapters of the federation: rank ${rank}, alpha ${alpha}, on ${targetModules.join(", ")}${config.ranks ? OWN_RANKS : ""}`,
      ...prototypeWords(config.adapter),
      `- made by: ${makerOf(subject)}, ${stateOf(subject, config.budgets.rounds)}`,
      `- task: ${taskWords(config.task)}`,
      ...privacyWords(kind, config, figures?.privacy ?? null),
    ].join("\n"),
    ...figureSection(figures, config),
    ...fusionSection(subject),
    ...loadingSections(subject),
  ].join("\n\n")}\n`;
}

function titleOf({ kind, format }: AdapterCardSubject): string {
  const what = format === "peft" || format === "gguf-lora" ? "adapter" : "model";
  return kind === "alone" ? `${what} that learned alone` : `${kind} ${what}`;
}

function baseWords({ name, source }: BaseModel): string {
  return source.kind === "hub" ? `${name}, ${source.address} on the hub` : name;
}

const FORMATS: Readonly<Record<AdapterCardSubject["format"], string>> = {
  peft: "A LoRA adapter in the layout of the PEFT library",
  merged: "The base model with a LoRA adapter worked into its weights, rounded as the base's are",
  "merged-f32": "The base model with a LoRA adapter worked into its weights, in 32 bits",
  "gguf-lora": "A LoRA adapter as llama.cpp reads it",
  "gguf-f16": "The base model with a LoRA adapter worked into its weights, in 16 bits, as llama.cpp reads it",
  "gguf-q8_0": "The base model with a LoRA adapter worked into its weights, quantised to 8 bits, as llama.cpp reads it",
  "sentence-transformers": "The base encoder with a LoRA adapter worked into its weights, as a folder of sentence-transformers",
  onnx: "The base encoder with a LoRA adapter worked into its weights, as ONNX for transformers.js",
};

const LIBRARIES: Readonly<Record<AdapterCardSubject["format"], string>> = {
  peft: "peft",
  merged: "transformers",
  "merged-f32": "transformers",
  "gguf-lora": "llama.cpp",
  "gguf-f16": "llama.cpp",
  "gguf-q8_0": "llama.cpp",
  "sentence-transformers": "sentence-transformers",
  onnx: "transformers.js",
};

const ORIGINS: Readonly<Record<ClientAdapterKind, string>> = {
  alone:
    "The adapter is what one client learned alone beside the federation, to compare with: on its own rows, with nothing of the others' in it and nothing aggregated.",
  personal: "The adapter is what one client learned for itself, on its own rows.",
  shared: "The adapter is what the clients of the federation learned together.",
  fused: "The adapter is what one client ends up with and serves.",
};

function makerOf({ kind, config: { strategy } }: AdapterCardSubject): string {
  const method = `${strategy.id} (${strategy.preset})`;
  return kind === "alone" ? `learning alone, in as many steps as the client took with ${method}` : method;
}

function stateOf({ round }: AdapterCardSubject, rounds: number): string {
  if (round === null) return "before the first round";
  if (isFusing(round, rounds)) return `after all ${rounds} rounds`;
  return isLocalLearning(round) ? "after local learning" : `after round ${round} of ${rounds}`;
}

function prototypeWords({ prototypes }: AdapterConfig): string[] {
  if (!prototypes) return [];
  return [
    `- label prototypes: ${prototypes.labels} of width ${prototypes.width}, the saved module \`labels\`. A label's vector is 0.2 times its text by the untouched base plus its row of \`labels.weight\`, at length 1; a row's label is the one whose vector is nearest by cosine`,
  ];
}

function taskWords(task: Task): string {
  if (task.kind === "text") return "free text";
  const { labels } = task;
  const rest = labels.length > LABELS_SHOWN ? `, and ${labels.length - LABELS_SHOWN} more` : "";
  return `one of ${labels.length} labels: ${labels.slice(0, LABELS_SHOWN).join(", ")}${rest}`;
}

function fusionSection({ fusion, config: { strategy, budgets } }: AdapterCardSubject): string[] {
  const serve = servesBy(methodOf(strategy), budgets);
  return fusion && serve ? [`## Fusion\n\n${fusionWords(serve, fusion)}`] : [];
}

/** How the served adapter came about, with its weights. */
function fusionWords(serve: Serve, { personal, shared }: FusionWeights): string {
  const factor = (name: string) => `    ${name} = ${personal} ${name}_personal + ${shared} ${name}_shared`;
  const sum = `    B A = ${personal} B_personal A_personal + ${shared} B_shared A_shared`;
  const found = "on a few rows of this client (AdaFusion, arXiv 2406.07925)";
  if (serve.kind === "slot") return `This method serves the ${serve.slot} adapter as it is.`;
  if (serve.kind === "sum") return `Both adapters side by side, in one of both ranks together:\n\n${sum}`;
  switch (serve.search.kind) {
    case "factor":
      return `The weights were found ${found}; the factors are merged, so the rank stays:\n\n${factor("A")}\n${factor("B")}`;
    case "product":
      return `The weights were found ${found}; the adapters stand side by side, in one of both ranks together:\n\n${sum}`;
    case "per-layer":
      return `Weights were found for parts of the layers, ${found}. Their means are ${personal} and ${shared}; in each part, with its own:\n\n    A = w1 A_personal + w2 A_shared\n    B = w1 B_personal + w2 B_shared`;
    default:
      return serve.search.kind satisfies never;
  }
}

function loadingSections({ base: { taskType }, format, config: { adapter } }: AdapterCardSubject): string[] {
  if (format === "sentence-transformers") return [sentenceLoading(adapter.prototypes !== undefined)];
  if (format === "onnx") return [onnxLoading(adapter.prototypes !== undefined)];
  if (format === "gguf-lora") return [PROMPT, LLAMA_LOADING];
  if (format === "gguf-f16" || format === "gguf-q8_0") return [PROMPT, GGUF_LOADING];
  if (format !== "peft") return taskType === "CAUSAL_LM" ? [PROMPT, MODEL_LOADING] : [];
  if (taskType === "CAUSAL_LM") return [PROMPT, LOADING];
  return taskType === "FEATURE_EXTRACTION" ? [VECTORS] : [ENCODER];
}

const PROMPT = `## Prompt

Where the base has a chat template, a row was a user message with the input, and the answer what the assistant says. Where it has none, the
adapter was trained on the format below: the model's own start token comes first where it has one; the answer follows after a space and ends
with the end token.

${promptText("{input}").replace(/^/gm, "    ")}`;

const LOADING = `## Loading

    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = "path or hub name of the base model above"
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "this folder")
    tokenizer = AutoTokenizer.from_pretrained(base)
    if tokenizer.chat_template:
        messages = [{"role": "user", "content": "{input}"}]
        inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    else:
        inputs = tokenizer("{input}\\nAnswer:", return_tensors="pt")
    print(tokenizer.decode(model.generate(**inputs, max_new_tokens=16)[0]))

\`model.merge_and_unload()\` gives the base with the adapter worked in.`;

const MODEL_LOADING = `## Loading

    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained("this folder")
    tokenizer = AutoTokenizer.from_pretrained("this folder")`;

const LLAMA_LOADING = `## Loading

The base model as a GGUF file (of the same weights, in any quantisation), and the adapter beside it:

    llama-cli --model BASE.gguf --lora adapter.gguf`;

const GGUF_LOADING = `## Loading

    llama-cli --model MODEL.gguf`;

const VECTORS = `## Loading

    from peft import PeftModel
    from transformers import AutoModel

    model = PeftModel.from_pretrained(AutoModel.from_pretrained("path or hub name of the base model above"), "this folder")

A row's label is the one whose text is nearest by cosine: the row by the adapted model, the labels by the untouched one, pooled as the base's
files of sentence-transformers say.`;

const onnxLoading = (prototypes: boolean): string => `## Loading

    import { AutoModel, AutoTokenizer } from "@huggingface/transformers";

    const tokenizer = await AutoTokenizer.from_pretrained("this folder");
    const model = await AutoModel.from_pretrained("this folder", { dtype: "fp32" });
    const { sentence_embedding } = await model(tokenizer(["a text"], { padding: true, truncation: true }));

A row's label is the one of labels.json whose vector is nearest by cosine. ${
  prototypes
    ? "A label's vector is 0.2 times that of its text by the untouched base plus its row of `labels.weight` in prototypes.safetensors, at length 1."
    : "A label's vector is that of its text by the untouched base."
}`;

/** Labels stand for the vectors of the untouched base, to which prototypes are added. */
const sentenceLoading = (prototypes: boolean): string => `## Loading

    import json
    from pathlib import Path
    from sentence_transformers import SentenceTransformer${prototypes ? "\n    from safetensors.numpy import load_file" : ""}

    folder = Path("this folder")
    model = SentenceTransformer(str(folder))
    vectors = model.encode(["a text"])  # of length 1

A row's label is the one whose vector is nearest. Vectors of labels are made with the untouched base, once:

    labels = json.loads((folder / "labels.json").read_text())
    base = SentenceTransformer("path or hub name of the base model above")
    ${prototypes ? 'nearest = 0.2 * base.encode(labels) + load_file(folder / "prototypes.safetensors")["labels.weight"]' : "nearest = base.encode(labels)"}
    print([labels[best] for best in model.similarity(vectors, nearest).argmax(-1).tolist()])`;

const ENCODER = `## Loading

The base is an encoder that the transformers library does not have, so PEFT cannot load this adapter by itself. Duet can: join a federation
with "Continue from an adapter", or start one from it. The tensors are named and shaped as PEFT names them: for a linear layer \`m\` with
weight W [out, in], the adapted weight is W + (alpha / rank) B A, where A is \`base_model.model.m.lora_A.weight\` and B is
\`base_model.model.m.lora_B.weight\`.`;
