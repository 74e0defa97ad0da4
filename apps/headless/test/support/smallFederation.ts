/** A coordinator as a program, and federations on it that take seconds. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { createCoordinator } from "@duet/coordinator/createCoordinator";
import { defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { onTestFinished } from "vitest";

export interface SmallFederation {
  readonly url: string;
  readonly folder: string;
  readonly organiser: CoordinatorClient;
  readonly federationId: string;
  readonly invite: string;
  readonly watch: string;
  readonly organise: string;
  readonly watchToken: string;
  /** One for each client: a CSV with the columns "text" and "level". */
  readonly files: readonly string[];
}

/** Of log lines with their level, on use-lite. `webDir` serves the page. */
export async function smallFederation(
  choices: Partial<FederationChoices> = {},
  { clients = 2, webDir = null }: { readonly clients?: number; readonly webDir?: string | null } = {},
): Promise<SmallFederation> {
  const folder = mkdtempSync(join(tmpdir(), "duet-headless-"));
  const coordinator = createCoordinator({
    dataDir: join(folder, "coordinator"),
    modelsDir: null,
    modelPaths: ["models/use-lite"],
    webDir,
  });
  const { url } = await coordinator.listen(0, "127.0.0.1");
  const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  onTestFinished(async () => {
    organiser.close();
    await coordinator.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const scenario = logsScenario({ clients, seed: 1, rowsPerClient: 60 });
  const [model] = (await organiser.offer()).models;
  if (!model) throw new Error("The coordinator serves no model");
  const config = defaultFederation({
    name: "Small",
    model,
    task: scenario.task,
    rounds: 1,
    localSteps: 6,
    innerSteps: 3,
    minClients: clients,
    ...choices,
  });
  const created = await organiser.request("federation:create", { config });
  const { federationId, inviteToken, watchToken, organiserKey } = created;
  return {
    url,
    folder,
    organiser,
    federationId,
    invite: `${url}/join/${federationId}#${inviteToken}`,
    watch: `${url}/watch/${federationId}#${watchToken}`,
    organise: `${url}/organise/${federationId}#${organiserKey}`,
    watchToken,
    files: scenario.clients.map(({ rows }, index) => {
      const file = join(folder, `client-${index + 1}.csv`);
      const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
      writeFileSync(file, ["text,level", ...rows.map(({ input, answer }) => `${quoted(input)},${quoted(answer)}`)].join("\n"));
      return file;
    }),
  };
}
