/** A coordinator as a program, and federations on it that take seconds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { createCoordinator } from "@duet/coordinator/createCoordinator";
import { DEMO_METHOD, defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";

export interface SmallFederation {
  readonly url: string;
  readonly folder: string;
  readonly organiser: CoordinatorClient;
  readonly federationId: string;
  readonly invite: string;
  readonly watch: string;
  readonly organise: string;
  readonly watchToken: string;
  readonly organiserKey: string;
  /** One for each client: a CSV with the columns "text" and "level". */
  readonly files: readonly string[];
}

export interface SmallOptions {
  readonly clients?: number;
  /** Folder of the base model. */
  readonly base?: string;
  /** Where bases on a hub come from. */
  readonly hub?: string;
}

export interface OpenedFederation {
  readonly federation: SmallFederation;
  /** Closes the coordinator, and starts it again at the same address on what it has kept. */
  readonly reopen: (meanwhile: () => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Of log lines with their level, on use-lite unless told otherwise, with everything in `folder`. */
export async function openSmallFederation(
  folder: string,
  choices: Partial<FederationChoices> = {},
  { clients = 2, base = "models/use-lite", hub }: SmallOptions = {},
): Promise<OpenedFederation> {
  const start = () =>
    createCoordinator({
      dataDir: join(folder, "coordinator"),
      modelsDir: null,
      modelPaths: [base],
      webDir: null,
      ...(hub === undefined ? {} : { hub }),
    });
  let coordinator = start();
  const { url } = await coordinator.listen(0, "127.0.0.1");
  const reopen = async (meanwhile: () => Promise<void>) => {
    await coordinator.close();
    await meanwhile();
    coordinator = start();
    await coordinator.listen(Number(new URL(url).port), "127.0.0.1");
  };
  const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  const close = async () => {
    organiser.close();
    await coordinator.close();
  };
  const scenario = logsScenario({ clients, seed: 1, rowsPerClient: 60 });
  const [model] = (await organiser.offer()).models;
  if (!model) throw new Error("The coordinator serves no model");
  const config = defaultFederation({
    name: "Small",
    model,
    task: scenario.task,
    method: DEMO_METHOD,
    rounds: 1,
    localSteps: 6,
    innerSteps: 3,
    minClients: clients,
    ...choices,
  });
  const created = await organiser.request("federation:create", { config });
  const { federationId, inviteToken, watchToken, organiserKey } = created;
  const federation = {
    url,
    folder,
    organiser,
    federationId,
    invite: `${url}/join/${federationId}#${inviteToken}`,
    watch: `${url}/watch/${federationId}#${watchToken}`,
    organise: `${url}/organise/${federationId}#${organiserKey}`,
    watchToken,
    organiserKey,
    files: scenario.clients.map(({ rows }, index) => {
      const file = join(folder, `client-${index + 1}.csv`);
      const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
      writeFileSync(file, ["text,level", ...rows.map(({ input, answer }) => `${quoted(input)},${quoted(answer)}`)].join("\n"));
      return file;
    }),
  };
  return { federation, reopen, close };
}
