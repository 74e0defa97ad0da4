/**
 * GenAI NanoGPT's LoRA step and its forward pass, on a decoder of a given shape with random weights. The package brings a copy of TF.js, which
 * shares its engine with the one here; it has kernels of its own for the backends that it knows, and they are what is measured.
 */
import { models, TeachableLLM, training } from "@genai-fi/nanogpt";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export interface NanoGptShape {
  readonly vocabulary: number;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  /** Hidden units of the feed-forward network over the width. */
  readonly mlpFactor: number;
  readonly rank: number;
}

export interface NanoGptRequest {
  readonly backend: "wasm" | "webgpu";
  readonly work: "lora-step" | "evaluation";
  readonly shape: NanoGptShape;
  /** Rows of `length` tokens and one more, which is only predicted: [rows][length + 1]. */
  readonly batch: readonly (readonly number[])[];
  /** Tokens at the end of each row that are scored. */
  readonly answerTokens: number;
  /** How often the work is done. */
  readonly runs: number;
  readonly learningRate: number;
}

export type NanoGptAnswer =
  | { readonly kind: "measured"; readonly losses: readonly number[]; readonly times: readonly number[] }
  /** It does not run here. */
  | { readonly kind: "skipped"; readonly reason: string };

self.onmessage = async ({ data }: MessageEvent<NanoGptRequest>) => {
  const answer = await measure(data).catch(
    (error: unknown): NanoGptAnswer => ({ kind: "skipped", reason: error instanceof Error ? error.message : String(error) }),
  );
  self.postMessage(answer);
};

async function measure(request: NanoGptRequest): Promise<NanoGptAnswer> {
  await start(request.backend);
  const { vocabulary, layers, heads, width, mlpFactor, rank } = request.shape;
  const blockSize = (request.batch[0]?.length ?? 1) - 1;
  const sizes = { vocabSize: vocabulary, nLayer: layers, nHead: heads, nEmbed: width };
  const model = new models.NanoGPTV1({ modelType: "GenAI_NanoGPT_v1", ...sizes, blockSize, mlpFactor, useRope: true });
  // A first pass makes the weights that the adapter is put beside.
  tf.tidy(() => void lossOf(model, request));
  model.createLoRA("bench", { rank, alpha: 2 * rank, variables: ["*_cAttn", "*_cProj", "*_mlpHidden", "*_mlpOut"] });
  model.attachLoRA("bench");
  const once = request.work === "lora-step" ? stepOf(model, request) : () => tf.tidy(() => lossOf(model, request));
  const losses: number[] = [];
  const times: number[] = [];
  for (let run = 0; run < request.runs; run++) {
    const began = performance.now();
    const loss = once();
    losses.push((await loss.data())[0] ?? Number.NaN);
    loss.dispose();
    times.push(performance.now() - began);
  }
  return { kind: "measured", losses, times };
}

/** Its own way to start a backend knows cpu, webgl and webgpu. */
async function start(backend: NanoGptRequest["backend"]): Promise<void> {
  if (backend === "webgpu") return TeachableLLM.selectBackend(backend);
  setWasmPaths("/wasm/");
  // The page serves the build without threads.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.setBackend(backend))) throw new Error(`TF.js' backend ${backend} did not start`);
}

type Model = InstanceType<typeof models.NanoGPTV1>;

/** Mean over the scored tokens. The head reads their positions only, as ours does. */
function lossOf(model: Model, { batch, answerTokens, shape, work }: NanoGptRequest): tf.Scalar {
  const inputs = batch.map((row) => row.slice(0, -1));
  const length = inputs[0]?.length ?? 0;
  const positions = inputs.flatMap((_, row) =>
    Array.from({ length: answerTokens }, (_, at) => (row + 1) * length - answerTokens + at),
  );
  const targets = batch.flatMap((row) => row.slice(-answerTokens));
  const ids = tf.tensor2d(inputs.flat(), [batch.length, length], "int32");
  const hidden = model.forward({ training: work === "lora-step", skipLogits: true }, ids).reshape([-1, shape.width]);
  const asked = tf.gather(hidden, tf.tensor1d(positions, "int32")).reshape([1, positions.length, shape.width]);
  const logits = model.project(asked).reshape<tf.Tensor2D>([positions.length, shape.vocabulary]);
  return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(targets, "int32"), shape.vocabulary), logits).asScalar();
}

/** Forward, backward and its AdamW without decay, at a constant rate. */
function stepOf(model: Model, request: NanoGptRequest): () => tf.Scalar {
  const variables = model.weightStore.trainableVariables;
  const { learningRate } = request;
  const constant = { warmupSteps: 0, decayEpochs: 1e6, epochSteps: 1e6, minLearningRate: learningRate };
  const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, lossScaling: 1 };
  const optimizer = new training.AdamWOptimizer({ learningRate, ...moments, ...constant });
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => lossOf(model, request), variables);
      // Its type wants variables, of which it reads what tensors have too.
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      return value;
    });
}
