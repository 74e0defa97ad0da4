/** "Try it now": a federation on sample data that this tab creates and joins as its first client. */

import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { AppServices } from "../services/appServices.ts";
import { loadSample, type SampleId, shareOf } from "../services/sampleData.ts";
import { randomSeed } from "./randomSeed.ts";

export async function startSampleFederation(
  services: AppServices,
  id: SampleId,
): Promise<{ readonly federationId: string; readonly inviteToken: string }> {
  const [{ models }, scenario] = await Promise.all([services.coordinator.offer(), loadSample(id)]);
  const config = defaultFederation({
    name: scenario.title,
    model: labelModel(models),
    task: scenario.task,
    seed: randomSeed(),
    minClients: 2,
  });
  const created = await services.coordinator.request("federation:create", { config });
  const { federationId, inviteToken, watchToken, organiserKey } = created;
  services.storage.saveOrganiser(federationId, { inviteToken, watchToken, organiserKey });
  const share = shareOf(scenario, 0);
  const data = await services.engine().connectRows(share.rows, config.seed);
  await services.join({ federationId, inviteToken, name: share.name, data, personal: null });
  return { federationId, inviteToken };
}

/** An encoder where there is one: it learns labels in far fewer steps. */
function labelModel(models: readonly BaseModel[]): BaseModel {
  const model = models.find(({ config }) => parseArchitecture(config).family === "encoder") ?? models[0];
  if (!model) throw new Error("The coordinator offers no base model.");
  return model;
}
