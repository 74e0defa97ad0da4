/** An encoder with an adapter worked in, as the folder that transformers.js loads: the base's files, those that tell labels apart, and onnx/model.onnx in 32 bits. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { INDEX_FILE } from "../checkpoints/modelFileList.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { labelFiles } from "./labelFiles.ts";
import { bertGraph, useLiteGraph } from "./onnx/encoderGraphs.ts";
import type { OnnxGraph } from "./onnx/onnxGraph.ts";
import { mergedTensors, type OpenedBase, openBase } from "./openedBase.ts";
import { type BaseFiles, readWhole, type StreamedFile, wholeFile } from "./streamedFile.ts";

/** @throws {ModelFolderError} for a decoder; {SafetensorsError} for a damaged base. */
export async function onnxFolder(
  base: BaseFiles,
  described: ConfigJson,
  labels: readonly string[],
  update: PeftAdapter,
): Promise<readonly StreamedFile[]> {
  const opened = await openBase(base, described, update);
  const graph = graphOf(opened);
  const beside: StreamedFile[] = [];
  for (const name of base.names)
    if (!/\.safetensors$/.test(name) && name !== INDEX_FILE) beside.push(wholeFile(name, await readWhole(base, name)));
  // transformers.js asks for it, whatever is in it.
  if (!base.names.includes(TOKENIZER_SETTINGS)) beside.push(wholeFile(TOKENIZER_SETTINGS, "{}\n"));
  return [...beside, ...labelFiles(labels, update), graph.file("onnx/model.onnx", () => mergedTensors(base, opened))];
}

const TOKENIZER_SETTINGS = "tokenizer_config.json";

function graphOf({ architecture }: OpenedBase): OnnxGraph {
  switch (architecture.kind) {
    case "bert":
      return bertGraph(architecture.config);
    case "use-lite":
      return useLiteGraph(architecture.config);
    case "decoder":
      throw new ModelFolderError(["onlyEncoders"]);
  }
}
