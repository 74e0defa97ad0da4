/** One side of a race of steps, see stepRace.ts: a process over one checkout that takes as many steps as it is told, and says what they took. */
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import type { TrainingSteps } from "@duet/lora-engine/bench/measureSteps";
import type { StepName } from "./stepNames.ts";

export interface StepRequest {
  readonly subject: StepName;
  readonly threads: number;
  readonly steps: number;
}

export interface StepAnswer {
  /** Of all steps: of the processor in all threads, and by the clock. */
  readonly cpuMs: number;
  readonly ms: number;
  /** Of the last step, nats. */
  readonly loss: number;
}

allowRelaxedSimd();
const { useNodeWasm } = await import("../runner/nodeWasm.ts");
const { STEP_SUBJECTS } = await import("./stepSubjects.ts");
const made = new Map<StepName, TrainingSteps>();

process.on("message", async (request: StepRequest) => {
  process.send?.(await taken(request));
});
process.on("disconnect", () => process.exit());

async function taken({ subject, threads, steps }: StepRequest): Promise<StepAnswer> {
  await useNodeWasm(threads);
  const training = made.get(subject) ?? (await STEP_SUBJECTS[subject]());
  made.set(subject, training);
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  let loss = Number.NaN;
  for (let step = 0; step < steps; step++) [loss = Number.NaN] = await training.run();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, ms: performance.now() - startedAt, loss };
}
