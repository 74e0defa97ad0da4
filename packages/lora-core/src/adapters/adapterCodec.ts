/** An adapter as one contiguous little-endian float32 blob in the order of its layout. */
import { type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import { type AdapterLayout, layoutBytes } from "./adapterLayout.ts";

/** @throws {RangeError} when the tensors do not have this layout. */
export function encodeAdapter(tensors: NamedTensors, layout: AdapterLayout): Uint8Array {
  const blob = new Uint8Array(layoutBytes(layout));
  const view = new DataView(blob.buffer);
  let offset = 0;
  for (const { key, shape } of layout) {
    const tensor = tensors.get(key);
    if (!tensor || tensor.shape.join() !== shape.join() || tensor.data.length !== sizeOf(shape)) {
      throw new RangeError(`encodeAdapter: ${key} is missing or not [${shape}]`);
    }
    for (const value of tensor.data) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return blob;
}

/** Copies out of `blob`, which may sit at any byte offset. @throws {RangeError} wrong length or a value that is not finite. */
export function decodeAdapter(blob: Uint8Array, layout: AdapterLayout): NamedTensors {
  const expected = layoutBytes(layout);
  if (blob.byteLength !== expected) {
    throw new RangeError(`The adapter has ${blob.byteLength} bytes, expected ${expected}`);
  }
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let offset = 0;
  return new Map(
    layout.map(({ key, shape }): [string, HostTensor] => {
      const data = new Float32Array(sizeOf(shape));
      for (let i = 0; i < data.length; i++, offset += 4) {
        const value = view.getFloat32(offset, true);
        if (!Number.isFinite(value)) throw new RangeError(`The adapter has a value that is not finite in ${key}`);
        data[i] = value;
      }
      return [key, { shape, data }];
    }),
  );
}
