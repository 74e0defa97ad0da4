/** How much memory a tab may take, as far as a browser tells. Pure. */

const GIB = 2 ** 30;
/** Addresses of WebAssembly have 32 bits. */
const WASM_HEAP_BYTES = 4 * GIB;
/** Of the device's memory; the rest is for the system and other tabs. */
const SHARE_OF_DEVICE = 0.5;
/** Browsers say so many GiB where there are more, too. */
const LARGEST_REPORTED_GIB = 8;

export interface DeviceFacts {
  readonly backend: "webgpu" | "wasm" | "cpu";
  /** navigator.deviceMemory; null where the browser does not have it. */
  readonly memoryGib: number | null;
  /** Of buffers of a WebGPU adapter; null on other backends. */
  readonly buffers: BufferLimits | null;
}

/** Bytes. */
export interface BufferLimits {
  /** Of the largest that a kernel binds whole. */
  readonly bound: number;
  /** Of the largest there is: frozen embeddings and heads are bound in parts. */
  readonly held: number;
}

export interface DeviceLimits {
  /** Bytes for everything together; null where that is not known. */
  readonly bytes: number | null;
  /** Bytes of one tensor that is no weight; null where there is no limit of its own. */
  readonly tensorBytes: number | null;
  /** Bytes of one weight; null where there is no limit of its own. */
  readonly weightBytes: number | null;
}

/** What a device with these facts allows. */
export function deviceLimits({ backend, memoryGib, buffers }: DeviceFacts): DeviceLimits {
  const known = memoryGib !== null && memoryGib < LARGEST_REPORTED_GIB ? SHARE_OF_DEVICE * memoryGib * GIB : null;
  const bytes = backend === "wasm" ? Math.min(WASM_HEAP_BYTES, known ?? WASM_HEAP_BYTES) : known;
  const limits = backend === "webgpu" ? buffers : null;
  return { bytes, tensorBytes: limits?.bound ?? null, weightBytes: limits?.held ?? null };
}
