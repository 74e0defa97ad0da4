/** Which kernels a step starts on the GPU. */

/** The labels of what `run` dispatches, in order, own kernels' and TF.js' alike; null where there is no WebGPU. */
export async function listDispatches(run: () => Promise<unknown>): Promise<readonly string[] | null> {
  if (!("GPUComputePassEncoder" in globalThis)) return null;
  const { prototype } = GPUComputePassEncoder;
  const { dispatchWorkgroups, setPipeline } = prototype;
  const found: string[] = [];
  let label = "";
  prototype.setPipeline = function (pipeline) {
    ({ label } = pipeline);
    return setPipeline.call(this, pipeline);
  };
  prototype.dispatchWorkgroups = function (...groups: Parameters<typeof dispatchWorkgroups>) {
    found.push(label);
    return dispatchWorkgroups.apply(this, groups);
  };
  try {
    await run();
  } finally {
    Object.assign(prototype, { dispatchWorkgroups, setPipeline });
  }
  return found;
}

/** How many of them there are. */
export async function countDispatches(run: () => Promise<unknown>): Promise<number | null> {
  return (await listDispatches(run))?.length ?? null;
}
