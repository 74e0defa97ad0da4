/** Folders with an ONNX model, read by its fields; what transformers.js computes with it is checked by fixtures/exports/check_onnx.mjs. */
import { expect, test } from "vitest";
import { readPeftAdapter } from "../adapters/peftFormat.ts";
import { fixtureBase, fixtureConfig, readPeftFiles } from "../adapters/testing/peftFiles.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { onnxFolder } from "./onnxFolder.ts";
import { bertFixture, fixtureFiles, written } from "./testing/baseFixtures.ts";

/** Fields of a message of Protocol Buffers by their numbers: numbers as they are, contents as bytes. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly (number | Uint8Array)[]> {
  const found = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    const start = type === 5 ? at : varint();
    const value = type === 2 ? bytes.subarray(at, at + start) : type === 5 ? bytes.subarray(at, at + 4) : start;
    at += type === 2 ? start : type === 5 ? 4 : 0;
    found.set(number, [...(found.get(number) ?? []), value]);
  }
  return found;
}

const bytesOf = (value: number | Uint8Array | undefined) => (value instanceof Uint8Array ? value : new Uint8Array());
const textOf = (value: number | Uint8Array | undefined) => new TextDecoder().decode(bytesOf(value));

test("an encoder's graph has the base's layers, weights with the adapter in them, and names its values", async () => {
  const { base, config, adapter, labels } = await bertFixture("bert");
  const files = await written(await onnxFolder(base, config, labels, adapter));
  expect([...files.keys()]).toEqual([
    ...["config.json", "tokenizer.json", "tokenizer_config.json"],
    ...["labels.json", "prototypes.safetensors", "onnx/model.onnx"],
  ]);
  const prototypes = readSafetensors(files.get("prototypes.safetensors") ?? new Uint8Array()).get("labels.weight");
  expect(prototypes?.data).toEqual(adapter.tensors.get("labels.weight")?.data);
  const model = fieldsOf(files.get("onnx/model.onnx") ?? new Uint8Array());
  expect(fieldsOf(bytesOf(model.get(8)?.[0])).get(2)).toEqual([17]);
  const graph = fieldsOf(bytesOf(model.get(7)?.[0]));
  const operators = (graph.get(1) ?? []).map((node) => textOf(fieldsOf(bytesOf(node)).get(4)?.[0]));
  // Two layers, each of two norms and one attention, behind a norm of the embeddings.
  expect(operators.filter((name) => name === "LayerNormalization")).toHaveLength(5);
  expect(operators.filter((name) => name === "Softmax")).toHaveLength(2);
  const names = (field: number) => (graph.get(field) ?? []).map((value) => textOf(fieldsOf(bytesOf(value)).get(1)?.[0]));
  expect(names(11)).toEqual(["input_ids", "attention_mask"]);
  expect(names(12)).toEqual(["last_hidden_state", "sentence_embedding"]);

  const weights = new Map(
    (graph.get(5) ?? []).map((tensor) => {
      const fields = fieldsOf(bytesOf(tensor));
      return [textOf(fields.get(8)?.[0]), fields] as const;
    }),
  );
  const merged = await written(await mergedSafetensors(base, config, adapter, "F32"));
  const expected = readSafetensors(merged.get("model.safetensors") ?? new Uint8Array()).get(
    "encoder.layer.1.intermediate.dense.weight",
  );
  const found = weights.get("encoder.layer.1.intermediate.dense.weight");
  const [rows = 0, columns = 0] = expected?.shape ?? [];
  expect(found?.get(1)).toEqual([columns, rows]);
  const values = new Float32Array(bytesOf(found?.get(9)?.[0]).slice().buffer);
  expect(values).toHaveLength(rows * columns);
  expect(values[5 * rows + 7]).toBe(expected?.data[7 * columns + 5]);
  // Every input of a node is there: made before it, a weight, or given.
  const known = new Set([...weights.keys(), ...names(11)]);
  for (const node of graph.get(1) ?? []) {
    const fields = fieldsOf(bytesOf(node));
    for (const value of fields.get(1) ?? []) expect(known, textOf(value)).toContain(textOf(value));
    known.add(textOf(fields.get(2)?.[0]));
  }
});

test("a decoder is refused", async () => {
  const base = fixtureFiles("causalLm/gpt2", ["config.json", "model.safetensors", "tokenizer.json"]);
  const update = readPeftAdapter(readPeftFiles("from-peft/gpt2"), fixtureBase("gpt2").base);
  await expect(onnxFolder(base, fixtureConfig("gpt2"), [], update)).rejects.toThrow("Only encoders are written as ONNX");
});
