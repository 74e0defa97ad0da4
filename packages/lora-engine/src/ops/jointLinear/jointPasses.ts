/** The two passes of linear layers over one input on WebGPU: two dispatches forward, and two to four backward. */
import type * as tf from "@tensorflow/tfjs";
import { runJobs } from "../webgpu/jobs.ts";
import { aGradientJob, bGradientJob, innerGradientJob, innerJob, inputGradientJob, type Joint, valueJob } from "./jointJobs.ts";

/** y [N, S], and the updates' scaled inner values side by side, [N, sum of R], which the gradient needs. */
export function jointForward(joint: Joint): { readonly value: tf.Tensor2D; readonly hidden: tf.Tensor2D } {
  const { hidden } = runJobs(innerJob(joint)) as { hidden: tf.Tensor2D };
  const { y } = runJobs(valueJob(joint, hidden)) as { y: tf.Tensor2D };
  return { value: y, hidden };
}

/** Of x, where it is asked for, and of A and B of every update. */
export function jointGradients(dy: tf.Tensor2D, hidden: tf.Tensor2D, joint: Joint, withInput: boolean): tf.Tensor2D[] {
  const first = runJobs(innerGradientJob(joint, dy), bGradientJob(joint, dy, hidden));
  const dHidden = first.dHidden as tf.Tensor;
  const ofA = aGradientJob(joint, dHidden);
  const second = withInput ? runJobs(inputGradientJob(joint, dy, dHidden), ofA) : runJobs(ofA);
  const names = [...(withInput ? ["dx"] : []), ...joint.parts.flatMap((_, p) => [`dA${p}`, `dB${p}`])];
  return names.map((name) => ({ ...first, ...second })[name] as tf.Tensor2D);
}
