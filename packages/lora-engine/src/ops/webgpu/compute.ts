/**
 * Runs compute shaders on the tensors of TF.js' WebGPU backend: recorded into the same passes as TF.js' own, in order, and
 * submitted with them. Nothing is read back. A pipeline is compiled once per key and device, and keeps its latest uniforms: a step
 * has those of the step before, and on a GPU what the host does per dispatch takes longer than the dispatch.
 */
import * as tf from "@tensorflow/tfjs";
import { hasHalves } from "./halves.ts";
import type { Span } from "./matrixWindow.ts";
import { type WebgpuBackend, webgpuBackend } from "./webgpuBackend.ts";
import { hasSubgroups } from "./wgsl.ts";

/** Element type of a storage buffer as the shader sees it. */
export type Element = "f32" | "vec2f" | "vec4f" | "i32" | "vec2i";

type Named<T> = Readonly<Record<string, T>>;

/** A tensor, how the shader sees it, and which part of it, where not all. */
export type Input = readonly [tensor: tf.Tensor, element: Element, span?: Span | null];

export interface Compute<Outputs extends string> {
  /** Names the source: equal keys must mean equal sources. */
  readonly key: string;
  /** New float32 tensors by their names in the shader. */
  readonly outputs: Readonly<Record<Outputs, readonly [shape: readonly number[], element: Element]>>;
  /** Tensors that are written where they lie, those that share their memory included. Their sizes are as inputs' are. */
  readonly updates?: Named<readonly [tensor: tf.Tensor, element: Element]>;
  /** At most 8 buffers together with outputs and updates, the least that WebGPU promises. A vec4f input has a size divisible by 4. */
  readonly inputs: Named<Input>;
  /** u32 members of `u`. */
  readonly sizes: Named<number>;
  /** f32 members of `u`. */
  readonly numbers?: Named<number>;
  readonly workgroups: readonly [x: number, y: number, z?: number];
  /** WGSL without bindings: functions and the entry point `main`. Called once per key. */
  readonly source: () => string;
}

/** The outputs as tensors that belong to the surrounding tidy. Call inside an op that writes its own gradient. */
export function compute<Outputs extends string>(call: Compute<Outputs>): Record<Outputs, tf.Tensor> {
  const backend = webgpuBackend();
  const outputs = Object.entries<Compute<Outputs>["outputs"][Outputs]>(call.outputs).map(([name, [shape]]) => ({
    name,
    info: backend.makeTensorInfo([...shape], "float32"),
  }));
  const updated = Object.values(call.updates ?? {}).map(([tensor]) => tensor);
  const tensors = [...outputs.map(({ info }) => info), ...updated, ...Object.values(call.inputs).map(([tensor]) => tensor)];
  for (const { dataId } of tensors) {
    backend.uploadToGPU(dataId);
    backend.commandQueueOwnedIds.add(dataId);
  }
  // What was read of them before is out of date.
  for (const { dataId } of updated) backend.tensorMap.get(dataId).values = null;
  const kernel = kernelOf(backend.device, call);
  const spans = Object.values(call.inputs).map(([, , span]) => span ?? {});
  const whole = Array.from({ length: tensors.length - spans.length }, () => ({}));
  const bound = [...whole, ...spans].map((span, i) => ({ buffer: bufferOf(backend, tensors[i] as tf.TensorInfo), ...span }));
  record(backend, kernel, [...bound, { buffer: uniforms(backend, kernel, call) }], call.workgroups);
  submitWhenFull(backend);
  const made = outputs.map(({ name, info }) => [name, tf.engine().makeTensorFromTensorInfo(info, backend)]);
  // The names are those of `call.outputs`, which the type system cannot follow.
  return Object.fromEntries(made) as Record<Outputs, tf.Tensor>;
}

function record(
  backend: WebgpuBackend,
  { pipeline, layout }: Kernel,
  bound: readonly GPUBufferBinding[],
  [x, y, z = 1]: Compute<string>["workgroups"],
): void {
  const entries = bound.map((resource, binding) => ({ binding, resource }));
  const bindGroup = backend.device.createBindGroup({ layout, entries });
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder?.beginComputePass() ?? null;
  const pass = backend.computePassEncoder;
  if (!pass) throw new TypeError("TF.js' WebGPU backend gave no compute pass");
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(x, y, z);
}

/** As TF.js does after each of its own dispatches. */
function submitWhenFull(backend: WebgpuBackend): void {
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass < tf.env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Where a tensor lies, once it is uploaded. */
export function bufferOf(backend: WebgpuBackend, { dataId }: tf.TensorInfo): GPUBuffer {
  const { resource } = backend.tensorMap.get(dataId);
  if (!resource) throw new TypeError("A tensor has no buffer on the GPU");
  return resource;
}

/** The newest of a kernel that stay on the GPU. A step has a few per kernel, one for each of the shapes in a model. */
const UNIFORMS_KEPT = 16;

function uniforms(backend: WebgpuBackend, { kept }: Kernel, { sizes, numbers = {} }: Compute<string>): GPUBuffer {
  const u32 = Object.values(sizes);
  const f32 = Object.values(numbers);
  const words = new Uint32Array(Math.ceil((u32.length + f32.length) / 4) * 4);
  words.set(u32);
  new Float32Array(words.buffer).set(f32, u32.length);
  const key = words.join();
  const buffer = kept.get(key) ?? written(backend, words);
  kept.delete(key);
  kept.set(key, buffer);
  for (const [oldest, unused] of kept) {
    if (kept.size <= UNIFORMS_KEPT) break;
    kept.delete(oldest);
    backend.uniformPendingDisposal.push(unused);
  }
  return buffer;
}

function written(backend: WebgpuBackend, words: Uint32Array<ArrayBuffer>): GPUBuffer {
  const buffer = backend.bufferManager.acquireBuffer(words.byteLength, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
  backend.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

/** What a compiled shader is called with again and again. */
interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Uniforms by their words, the latest used last. */
  readonly kept: Map<string, GPUBuffer>;
}

const kernels = new WeakMap<GPUDevice, Map<string, Kernel>>();

function kernelOf(device: GPUDevice, call: Compute<string>): Kernel {
  const own = kernels.get(device) ?? new Map<string, Kernel>();
  kernels.set(device, own);
  const known = own.get(call.key);
  if (known) return known;
  const module = device.createShaderModule({ label: call.key, code: extensions(device) + bindings(call) + call.source() });
  const pipeline = device.createComputePipeline({ label: call.key, layout: "auto", compute: { module } });
  const kernel = { pipeline, layout: pipeline.getBindGroupLayout(0), kept: new Map() };
  own.set(call.key, kernel);
  return kernel;
}

/** What a shader must name before it uses it. */
function extensions(device: GPUDevice): string {
  return `${hasSubgroups(device) ? "enable subgroups;\n" : ""}${hasHalves(device) ? "enable f16;\n" : ""}`;
}

/** Declarations in the order in which {@link compute} binds the buffers. */
function bindings({ outputs, updates = {}, inputs, sizes, numbers = {} }: Compute<string>): string {
  const stored = (access: string) => (entry: [string, readonly [unknown, Element, ...unknown[]]]) => [
    access,
    entry[0],
    entry[1][1],
  ];
  const buffers = [
    ...[...Object.entries(outputs), ...Object.entries(updates)].map(stored("read_write")),
    ...Object.entries(inputs).map(stored("read")),
  ];
  const members = [...Object.keys(sizes).map((name) => `${name}: u32`), ...Object.keys(numbers).map((name) => `${name}: f32`)];
  return [
    ...buffers.map(
      ([access, name, element], i) => `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${element}>;`,
    ),
    `struct Uniforms { ${members.join(", ")} }`,
    `@group(0) @binding(${buffers.length}) var<uniform> u: Uniforms;\n`,
  ].join("\n");
}
