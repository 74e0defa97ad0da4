/** The built-in scenarios, as data of the demo. */
import { readFile } from "node:fs/promises";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { medicalCorpus } from "@duet/lora-core/scenarios/medical/medicalCorpus";
import { medicalScenario } from "@duet/lora-core/scenarios/medical/medicalScenario";
import type { Scenario } from "@duet/lora-core/scenarios/scenario";
import { CLIENTS, type DemoOptions } from "./options.ts";

/** Rows of every client, unless --max-rows allows fewer. */
const ROWS_PER_CLIENT = 300;

/** @throws {Error} when the sample data was not built, saying how to. */
export async function sampleScenario(chosen: DemoOptions): Promise<Scenario> {
  const { scenario, seed, "max-rows": maxRows } = chosen;
  const clients = chosen.clients?.length ?? CLIENTS;
  const options = { clients, seed, rowsPerClient: Math.min(ROWS_PER_CLIENT, Math.floor(maxRows / clients)) };
  if (scenario === "logs") return logsScenario(options);
  const text = await readFile(".cache/samples/medical.json", "utf8").catch(() => {
    throw new Error("The sample data is missing; npm run build makes it.");
  });
  return medicalScenario(medicalCorpus.parse(JSON.parse(text)), options);
}
