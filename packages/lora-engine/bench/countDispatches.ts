/** How many kernels a step starts on the GPU. */

/** Dispatches that `run` records, its own kernels' and TF.js' alike; null where there is no WebGPU. */
export async function countDispatches(run: () => Promise<unknown>): Promise<number | null> {
  if (!("GPUComputePassEncoder" in globalThis)) return null;
  const { prototype } = GPUComputePassEncoder;
  const { dispatchWorkgroups } = prototype;
  let count = 0;
  prototype.dispatchWorkgroups = function (...groups: Parameters<typeof dispatchWorkgroups>) {
    count++;
    return dispatchWorkgroups.apply(this, groups);
  };
  try {
    await run();
  } finally {
    prototype.dispatchWorkgroups = dispatchWorkgroups;
  }
  return count;
}
