/** The worker's entry: one training engine, one desk for models and one for data behind {@link TabEngine}. Nothing here blocks the page. */
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { expose } from "comlink";
import { createDataDesk } from "./dataDesk.ts";
import { createModelDesk } from "./modelDesk.ts";
import { probeDevice } from "./probeDevice.ts";
import type { TabEngine } from "./tabEngine.ts";

const client = createLocalClient({ wasmPath: new URL("/wasm/", self.location.origin).href, threads: null });
const desk = createModelDesk(self.location.origin);

const engine: TabEngine = {
  ...createDataDesk(client),
  ...desk,
  async openModel(model, hub, backend, onProgress) {
    const { files, kept } = await desk.load(model, hub, onProgress);
    return { device: await client.open(files, backend), modelKept: kept };
  },
  deviceLimits: probeDevice,
  prepare: (setup, split) => client.prepare(setup, split),
  runRound: (request, onProgress) => client.runRound(request, onProgress),
  checkpoint: () => client.checkpoint(),
  restore: (checkpoint) => client.restore(checkpoint),
  cancel: () => client.cancel(),
  predict: (inputs, adapter) => client.predict(inputs, adapter),
  write: (request, onText) => client.write(request, onText),
  measureFusion: (adapter) => client.measureFusion(adapter),
  stopAnswering: () => client.stopAnswering(),
};

expose(engine);
