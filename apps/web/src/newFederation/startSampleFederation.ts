/** "Watch it learn": a federation on sample data that this tab creates and joins, with a simulated participant beside it. */

import { connectionError } from "@duet/lora-core/errors/connectionError";
import { proposedBase } from "@duet/lora-core/federation/defaultBase";
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { leastFigures } from "@duet/lora-core/protocol/figures";
import { SAMPLES, type SampleId } from "@duet/lora-core/scenarios/samples";
import { words as connect } from "../connect/words.ts";
import type { AppServices } from "../services/appServices.ts";
import { randomSeed } from "./randomSeed.ts";
import { words } from "./words.ts";

const FIRST_SHARE = 0;
/** Of the simulated participant. */
const SECOND_SHARE = 1;

export async function startSampleFederation(
  services: AppServices,
  id: SampleId,
): Promise<{ readonly federationId: string; readonly inviteToken: string }> {
  const { models } = await services.coordinator.offer();
  const model = proposedBase(models, "label");
  if (!model) throw connectionError("NO_BASE", ["noBaseModel"]);
  const { labels } = SAMPLES[id];
  const title = connect.samples[id];
  const config = defaultFederation({
    name: title,
    model,
    task: { kind: "label", labels: [...labels] },
    method: DEMO_METHOD,
    alone: true,
    seed: randomSeed(),
    minClients: 2,
  });
  const { share, data } = await services.engine().connectSample(id, FIRST_SHARE, config.seed);
  const created = await services.coordinator.request("federation:create", { config });
  const { federationId, inviteToken, organiserKey } = created;
  await services.claimShare(federationId, FIRST_SHARE);
  services.storage.saveOrganiser(federationId, { name: title, organiserKey });
  await services.join({
    federationId,
    inviteToken,
    name: words.startSampleFederation.client(share),
    figures: leastFigures(config),
    rank: null,
    rows: data.rows,
    personal: null,
  });
  await services.accompany({
    federationId,
    inviteToken,
    sample: id,
    share: SECOND_SHARE,
    nameOf: words.startSampleFederation.simulated,
  });
  return { federationId, inviteToken };
}
