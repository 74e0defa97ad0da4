/**
 * A computation as an ONNX model that is written piece by piece: nodes first, then weights, each when it is asked for. Message and field
 * numbers are those of onnx.proto3 (github.com/onnx/onnx), operators those of set 17.
 */

import { ModelFolderError } from "../../checkpoints/modelFolderError.ts";
import { sizeOf } from "../../tensors/namedTensors.ts";
import type { MergedTensors } from "../openedBase.ts";
import type { StreamedFile } from "../streamedFile.ts";
import { type Bytes, field, fieldHead, floatField, intField, joinedBytes } from "./protobuf.ts";

const [IR_VERSION, OPERATORS] = [8, 17] as const;
/** Of TensorProto.DataType. */
const ELEMENTS = { float: 1, int64: 7 } as const;
/** Of AttributeProto.AttributeType. */
const [A_FLOAT, AN_INT, INTS] = [1, 2, 7] as const;
/** What a reader of Protocol Buffers takes. */
const MAX_BYTES = 2 ** 31 - 1;

/** A value of the graph, by its name. */
export type Value = string;
type Attribute = number | { readonly float: number } | readonly number[];
/** An extent, or the name of one that is known when it runs. */
type Extent = number | string;

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: (read: MergedTensors) => Promise<Float32Array<ArrayBuffer>>;
}

export interface OnnxGraph {
  input(name: string, element: keyof typeof ELEMENTS, shape: readonly Extent[]): Value;
  /** Gives a value to whoever runs the model. */
  output(name: string, value: Value, shape: readonly Extent[]): void;
  /** One operator with one output. A number is an int, a list ints. */
  node(operator: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute>>): Value;
  weight(weight: Weight): Value;
  ints(...values: readonly number[]): Value;
  float(value: number): Value;
  /** `read` makes the source of the weights for one pass. @throws {ModelFolderError} where it is more than a reader takes. */
  file(name: string, read: () => MergedTensors): StreamedFile;
}

export function createOnnxGraph(): OnnxGraph {
  const nodes: Bytes[] = [];
  const small: Bytes[] = [];
  const weights: Weight[] = [];
  const [inputs, outputs]: [Bytes[], Bytes[]] = [[], []];
  let values = 0;
  const fresh = (what: string): Value => `${what}_${values++}`;
  const put = (operator: string, from: readonly Value[], to: Value, attributes: Readonly<Record<string, Attribute>> = {}) =>
    void nodes.push(
      field(1, [
        ...from.map((value) => field(1, value)),
        field(2, to),
        field(3, `node_${nodes.length}`),
        field(4, operator),
        ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
      ]),
    );
  const constant = (element: keyof typeof ELEMENTS, shape: readonly number[], raw: Bytes): Value => {
    const name = fresh("constant");
    small.push(field(5, [...tensorHead(name, element, shape), field(9, raw)]));
    return name;
  };
  return {
    input(name, element, shape) {
      inputs.push(field(11, valueInfo(name, element, shape)));
      return name;
    },
    output(name, value, shape) {
      put("Identity", [value], name);
      outputs.push(field(12, valueInfo(name, "float", shape)));
    },
    node(operator, from, attributes) {
      const to = fresh(operator);
      put(operator, from, to, attributes);
      return to;
    },
    weight(weight) {
      weights.push(weight);
      return weight.name;
    },
    ints: (...list) => constant("int64", [list.length], new Uint8Array(BigInt64Array.from(list.map(BigInt)).buffer)),
    float: (value) => constant("float", [], new Uint8Array(Float32Array.of(value).buffer)),
    file(name, read) {
      const heads = weights.map(({ name: called, shape }) => weightHead(called, shape));
      const before = joinedBytes([...nodes, field(2, "duet"), ...small]);
      const after = joinedBytes([...inputs, ...outputs]);
      const held = weights.reduce((sum, { shape }, at) => sum + (heads[at]?.byteLength ?? 0) + 4 * sizeOf(shape), 0);
      const graph = before.byteLength + held + after.byteLength;
      const start = joinedBytes([
        intField(1, IR_VERSION),
        field(2, "Duet"),
        field(8, [field(1, ""), intField(2, OPERATORS)]),
        fieldHead(7, graph),
      ]);
      const bytes = start.byteLength + graph;
      if (bytes > MAX_BYTES) throw new ModelFolderError(["onnxTooLarge", bytes, MAX_BYTES]);
      return {
        name,
        bytes,
        async *pieces() {
          yield joinedBytes([start, before]);
          const source = read();
          for (const [at, weight] of weights.entries()) {
            const found = await weight.values(source);
            if (found.length !== sizeOf(weight.shape))
              throw new RangeError(`ONNX: ${weight.name} has ${found.length} values for [${weight.shape}]`);
            yield joinedBytes([heads[at] ?? new Uint8Array()]);
            yield new Uint8Array(found.buffer);
          }
          yield joinedBytes([after]);
        },
      };
    },
  };
}

function attribute(name: string, value: Attribute): readonly Bytes[] {
  if (typeof value === "number") return [field(1, name), intField(3, value), intField(20, AN_INT)];
  if ("float" in value) return [field(1, name), floatField(2, value.float), intField(20, A_FLOAT)];
  return [field(1, name), ...value.map((one) => intField(8, one)), intField(20, INTS)];
}

const tensorHead = (name: string, element: keyof typeof ELEMENTS, shape: readonly number[]): readonly Bytes[] => [
  ...shape.map((extent) => intField(1, extent)),
  intField(2, ELEMENTS[element]),
  field(8, name),
];

/** Everything of an initializer before its raw data. */
function weightHead(name: string, shape: readonly number[]): Bytes {
  const raw = 4 * sizeOf(shape);
  const head = joinedBytes([...tensorHead(name, "float", shape), fieldHead(9, raw)]);
  return joinedBytes([fieldHead(5, head.byteLength + raw), head]);
}

function valueInfo(name: string, element: keyof typeof ELEMENTS, shape: readonly Extent[]): readonly Bytes[] {
  const extents = shape.map((extent) => field(1, typeof extent === "string" ? field(2, extent) : intField(1, extent)));
  return [field(1, name), field(2, field(1, [intField(1, ELEMENTS[element]), field(2, extents)]))];
}
