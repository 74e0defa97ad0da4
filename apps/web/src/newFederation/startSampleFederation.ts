/** "Try it now": a federation on sample data that this tab creates and joins as its first client. */

import { proposedBase } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { AppServices } from "../services/appServices.ts";
import { loadSample, type SampleId, shareOf } from "../services/sampleData.ts";
import { randomSeed } from "./randomSeed.ts";

export async function startSampleFederation(
  services: AppServices,
  id: SampleId,
): Promise<{ readonly federationId: string; readonly inviteToken: string }> {
  const [{ models }, scenario] = await Promise.all([services.coordinator.offer(), loadSample(id)]);
  const model = proposedBase(models, scenario.task.kind);
  if (!model) throw new Error("The coordinator offers no base model.");
  const config = defaultFederation({
    name: scenario.title,
    model,
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
