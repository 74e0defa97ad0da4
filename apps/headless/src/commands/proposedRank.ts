/** Which rank a new client in this process takes where nobody chose one: its device and its link are tried before it joins. */
import type { RowsHandle } from "@duet/client/clientEngine";
import type { ClientIdentity } from "@duet/client/clientIdentity";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { engineSetup } from "@duet/client/engineSetup";
import { linkSpeed } from "@duet/client/linkSpeed";
import { rankByMemory } from "@duet/client/memoryAdvice";
import { proposeRank, type RankProposal } from "@duet/client/rankProposal";
import type { DataSplit } from "@duet/lora-core/data/row";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import { rankWords } from "../terminal/rankWords.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { explainHere } from "../terminal/terminalWords.ts";

interface TriedDevice {
  readonly coordinator: Pick<CoordinatorClient, "offer" | "baseUrl">;
  readonly engine: NodeEngine;
  readonly backend: BackendName | null;
}

/** Whose rank it is: `known` where it has joined before, as its rank stays; `split` are rows that it has not taken part with. */
export interface RankChooser {
  readonly rows: RowsHandle;
  readonly split: DataSplit | null;
  readonly known: ClientIdentity | null;
}

/**
 * Of one that has no rank yet and whose person named none, tried out and said. Null where there is none to choose, and where it could not be tried:
 * nobody is kept from joining by that.
 */
export async function rankOfNew(
  device: TriedDevice,
  config: FederationConfig,
  { rows, split, known }: RankChooser,
  reporter: Reporter,
): Promise<number | null> {
  if (!config.ranks || known || !split) return null;
  try {
    const proposal = await proposedRank(device, config, rows, split.train.length);
    reporter.event("rank", rankWords(proposal, config.adapter.rank), { ...proposal });
    return proposal.rank;
  } catch (error) {
    const { sentence } = explainHere(error);
    reporter.event("note", `This device was not tried, so its memory alone chooses the rank: ${sentence}`);
    return null;
  }
}

/** On rows that are held. @throws {Error} as opening a base and training do. */
async function proposedRank(
  { coordinator, engine, backend }: TriedDevice,
  config: FederationConfig,
  rows: RowsHandle,
  trainRows: number,
): Promise<RankProposal> {
  const { hub } = await coordinator.offer();
  await engine.openModel(config.model, hub, backend, () => {});
  const held = rankByMemory(config, await engine.deviceLimits(backend));
  const { setup } = await engineSetup(config, engine, backend, held);
  const speed = await engine.measureSpeed(rows, setup);
  const bytesPerSecond = await linkSpeed(config.model, coordinator.baseUrl, () => performance.now());
  return proposeRank(config, held, { speed, trainRows, bytesPerSecond });
}
