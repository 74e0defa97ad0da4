/** The rows of the built-in samples: each tab that asks takes the share of one of its clients. */

import { download, ModelDownloadError } from "@duet/lora-core/checkpoints/resumableDownload";
import { workError } from "@duet/lora-core/errors/workError";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { medicalCorpus } from "@duet/lora-core/scenarios/medical/medicalCorpus";
import { medicalScenario } from "@duet/lora-core/scenarios/medical/medicalScenario";
import { SAMPLE_SHARES, type SampleId } from "@duet/lora-core/scenarios/samples";
import type { Scenario } from "@duet/lora-core/scenarios/scenario";

/** Every tab deals the same sample the same way, so that no text is at two tabs; with more tabs than shares the first is taken again. */
const DEAL = { clients: SAMPLE_SHARES, seed: 1 };

/** @throws {DuetError} SAMPLE_MISSING when the coordinator does not serve it, MODEL_DOWNLOAD when it cannot be reached. */
export async function loadSample(id: SampleId, baseUrl: string): Promise<Scenario> {
  if (id === "logs") return logsScenario(DEAL);
  const file = await download(`${baseUrl}samples/medical.json`, { sha256: null, onProgress: () => {} }).catch(
    (error: unknown) => {
      const isRefused = error instanceof ModelDownloadError && error.status !== null;
      throw isRefused ? workError("SAMPLE_MISSING", ["noMedicalSample"]) : error;
    },
  );
  return medicalScenario(medicalCorpus.parse(JSON.parse(new TextDecoder().decode(file))), DEAL);
}

/** The share of the tab that joins as number `index` from 0. */
export function shareOf({ clients }: Scenario, index: number): Scenario["clients"][number] {
  const share = clients[index % clients.length];
  if (!share) throw new RangeError("The sample has no clients");
  return share;
}
