/** What happens when the browser takes the GPU away: a driver crash, a reset, too much memory, a laptop's switch of graphics cards. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import { WORK_SENTENCES, type WorkSaying } from "@duet/lora-core/errors/workSentences";
import { say, type Told } from "@duet/lora-core/sayings/saying";
import * as tf from "@tensorflow/tfjs";
import { webgpuBackend } from "./webgpuBackend.ts";

/** All tensors on the device are gone; the thread needs another backend, and its models loaded again. */
export class DeviceLostError extends DuetError {
  constructor(cause: string) {
    const saying: WorkSaying = cause ? ["deviceLostBy", cause.replace(/\.$/, "")] : ["deviceLost"];
    super("DEVICE_LOST", say(WORK_SENTENCES, saying), { told: saying as Told });
  }
}

/**
 * What `work` gives. On WebGPU it rejects with {@link DeviceLostError} as soon as the device is lost, in place of whatever
 * unfinished reads on it say, or of never.
 */
export async function unlessDeviceLost<T>(work: Promise<T>): Promise<T> {
  if (tf.getBackend() !== "webgpu") return work;
  const lost = webgpuBackend().device.lost.then(({ message }) => {
    throw new DeviceLostError(message);
  });
  // A read on a lost device may fail a little before the loss is announced.
  const afterwards = work.catch(async (error: unknown) => {
    await Promise.race([lost, new Promise((resolve) => setTimeout(resolve))]);
    throw error;
  });
  return Promise.race([afterwards, lost]);
}
