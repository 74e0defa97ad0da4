/** What a federation settles of every training of a client, whoever leads it. Pure. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { TrainingRun } from "./trainAdapter.ts";

type TrainingSettings = Pick<TrainingRun, "scale" | "dropout" | "prototypeRate" | "memory" | "config">;

export const trainingSettings = ({ adapter, training, memory }: EngineSetup): TrainingSettings => ({
  scale: adapterScale(adapter),
  dropout: adapter.dropout,
  prototypeRate: adapter.prototypes?.rate ?? 1,
  memory: memory ?? ALL_AT_ONCE,
  config: training,
});
