/** A base model with one adapter of a file, to answer with. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { hasSameScale } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { type PeftFiles, readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { ModelFiles } from "@duet/lora-engine/models/modelFiles";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { nodeWasm } from "./nodeWasm.ts";

/** What it serves is the adapter. @throws {DuetError} for one of another scale; {PeftFormatError} for one that does not fit the base. */
export async function openAdapter(
  base: ModelFiles,
  adapterFiles: PeftFiles,
  { config, backend }: { readonly config: FederationConfig; readonly backend: BackendName | null },
): Promise<AnswerEngine> {
  const peft = federationBase(config.model);
  const adapter = readPeftAdapter(adapterFiles, peft);
  if (!hasSameScale(adapter.config, config.adapter)) {
    throw new DuetError("ADAPTER_FILE", "The adapter has another scale (alpha / rank) than its federation");
  }
  const engine = createLocalClient(nodeWasm(null));
  await engine.open(base, backend);
  const { task, training, seed } = config;
  await engine.prepare({ task, adapter: config.adapter, training, seed, clientSeed: seed }, { train: [], fusion: [], test: [] });
  const layout = adapterLayout(peft.linears, config.adapter);
  const start = encodeAdapter(initialAdapter(layout, seed), layout);
  const served = encodeAdapter(adapter.tensors, layoutOf(adapter.tensors));
  await engine.restore({ lastRound: null, personal: start, shared: start, merged: null, control: null, residual: null, served });
  return engine;
}
