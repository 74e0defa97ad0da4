/** `duet export`: adapters as PEFT files, this client's own from its state folder, or the shared one of a round from the coordinator. */
import { join } from "node:path";
import { adapterFile } from "@duet/client/adapterFile";
import { keptAdapters } from "@duet/client/keptAdapters";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import { exportAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { z } from "zod";
import { type WrittenAdapter, writeAdapters, writePeftFolder } from "../state/adapterFolders.ts";
import type { AdapterOrigin } from "../state/adapterOrigin.ts";
import { createClientFiles } from "../state/clientFiles.ts";
import { createIdentityFiles } from "../state/identityFiles.ts";
import { lockState } from "../state/lockState.ts";
import { stateFolder } from "../state/stateFolder.ts";
import { readLink } from "../terminal/link.ts";
import { parseOptions } from "../terminal/usage.ts";
import type { Command } from "./command.ts";
import { withCoordinator } from "./connect.ts";
import { originOf } from "./originOf.ts";

const options = z.strictObject({
  round: z.coerce.number().int().min(0).optional(),
  state: z.string().min(1).optional(),
  out: z.string().min(1).default("duet-adapters"),
});

export const exportCommand: Command = {
  usage: `duet export LINK [options]

  Writes this client's own adapters, as its state folder has them; or with --round the shared adapter after that
  round, as the coordinator has it (for that any link does).

  --round N    the shared adapter after round N
  --state DIR  where this client keeps its state ($DUET_STATE, or ~/.local/state/duet)
  --out DIR    where they go (duet-adapters)
  --json       one JSON object on standard output`,
  async run(args, { reporter }) {
    const { options: chosen, words } = parseOptions(args, options);
    const { url, federationId, token } = readLink(words[0], "link");
    const { round, out } = chosen;
    return withCoordinator(url, null, async (coordinator) => {
      const snapshot = await coordinator.watch(federationId, token);
      const origin = await originOf(coordinator, snapshot.config);
      const written =
        round === undefined
          ? await writeOwn(federationId, origin, stateFolder(chosen.state), out)
          : [await writeShared(federationId, origin, round, { token, out })];
      reporter.event("exported", `Written: ${written.map(({ folder }) => folder).join(", ")}`, { adapters: written });
      return 0;
    });
  },
};

/** @throws {DuetError} ADAPTER_MISSING where this folder has none of the federation. */
async function writeOwn(
  federationId: string,
  origin: AdapterOrigin,
  state: string,
  out: string,
): Promise<readonly WrittenAdapter[]> {
  const unlock = lockState(state);
  try {
    const identity = createIdentityFiles(state).identity(federationId);
    const kept = identity && (await createClientFiles(state).kept(identity.clientId));
    const adapters = kept && keptAdapters(kept);
    if (!adapters) throw new DuetError("ADAPTER_MISSING", `The state folder "${state}" has no adapters of this federation`);
    return writeAdapters(out, adapters, origin);
  } finally {
    unlock();
  }
}

/** @throws {DuetError} ADAPTER_MISSING where the coordinator has none of that round. */
async function writeShared(
  federationId: string,
  origin: AdapterOrigin,
  round: number,
  { token, out }: { readonly token: string; readonly out: string },
): Promise<WrittenAdapter> {
  const { coordinator, config } = origin;
  const base = federationBase(config.model);
  const tensors = await adapterFile(coordinator, federationId, round, token);
  const folder = join(out, `shared-round-${round}`);
  const card = adapterCard({ kind: "shared", round, fusion: null, config, base });
  writePeftFolder(folder, exportAdapter(tensors, config.adapter, base), card, origin);
  return { kind: "shared", folder };
}
