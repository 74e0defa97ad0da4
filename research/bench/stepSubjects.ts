/** What the steps are, see stepNames.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { random } from "@duet/lora-core/tensors/random";
import { type TrainingSteps, trainingSteps } from "@duet/lora-engine/bench/measureSteps";
import { benchAdapter, causalSubject, encoderSubject } from "@duet/lora-engine/bench/subjects";
import { loadModel } from "@duet/lora-engine/models/loadModel";
import type { ModelFiles } from "@duet/lora-engine/models/modelFiles";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { batches } from "@duet/lora-engine/training/batches";
import type { StepName } from "./stepNames.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Batches of real rows, taken in turn. */
const RAGGED_BATCHES = 4;

/** The steps by name: rank 8 on the default modules, float32, AdamW, loss read back. */
export const STEP_SUBJECTS: Readonly<Record<StepName, () => Promise<TrainingSteps>>> = {
  "use-lite/16x40": () => contestSteps(encoderSubject, [16, 40]),
  "duet-tiny/8x64": () => contestSteps(causalSubject, [8, 64]),
  "use-lite/logs": () => raggedSteps("use-lite"),
  "duet-tiny/logs": () => raggedSteps("duet-tiny"),
};

async function contestSteps(
  create: typeof encoderSubject | typeof causalSubject,
  [rows, length]: [number, number],
): Promise<TrainingSteps> {
  const options = { readModel, text: readFileSync(`${ROOT}/LICENSE`, "utf8"), warmUp: 0, measured: 0 };
  const subject = await create(options, rows, length);
  const ours = await subject.ours();
  return trainingSteps(ours.loss, subject.adapter, () => subject.batch);
}

/** Synthetic log lines, in a client's batches at a federation's defaults. */
async function raggedSteps(id: string): Promise<TrainingSteps> {
  const files = await readModel(id);
  const model = loadModel(files);
  const { task, clients } = logsScenario({ clients: 1, seed: 11, rowsPerClient: 240 });
  const bound = await model.prepare(task);
  const { batchSize, maxTokens } = defaultTraining(model.family);
  const examples = (clients[0]?.rows ?? []).map((row) => bound.encode(row, maxTokens));
  const stream = batches(examples, { batchSize, lengthOf: ({ tokens }) => tokens.length }, random(7, "batches"));
  const taken = Array.from({ length: RAGGED_BATCHES }, () => stream.next().value);
  let step = 0;
  return trainingSteps(
    (batch, adapter) => bound.loss(batch, adapter, { dropout: null, recompute: false }),
    benchAdapter(files, 1),
    () => taken[step++ % RAGGED_BATCHES] ?? [],
  );
}

function readModel(id: string): Promise<ModelFiles> {
  const folder = `${ROOT}/models/${id}`;
  return readModelFiles(readdirSync(folder, { recursive: true, encoding: "utf8" }), async (name) =>
    readFileSync(`${folder}/${name}`),
  );
}
