/** `duet export`: adapters as PEFT files or as whole models: this client's own from its state folder, or the shared one of a round from the coordinator. */

import { join } from "node:path";
import { adapterFile } from "@duet/client/adapterFile";
import { keptAdapters } from "@duet/client/keptAdapters";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { EXPORT_SENTENCES } from "@duet/lora-core/errors/exportSentences";
import { MODEL_EXPORTS, type ModelExport, modelExportsOf, unfitFor } from "@duet/lora-core/exports/modelExport";
import { federationAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { say } from "@duet/lora-core/sayings/saying";
import { z } from "zod";
import { modelFiles } from "../engine/loadModel.ts";
import { type FolderAdapter, ownAdapters, type WrittenAdapter, writeAdapter } from "../state/adapterFolders.ts";
import type { AdapterOrigin } from "../state/adapterOrigin.ts";
import { createClientFiles } from "../state/clientFiles.ts";
import { createIdentityFiles } from "../state/identityFiles.ts";
import { lockState } from "../state/lockState.ts";
import { writeModel } from "../state/modelFolders.ts";
import { pushFolder } from "../state/pushFolder.ts";
import { stateFolder } from "../state/stateFolder.ts";
import { readLink } from "../terminal/link.ts";
import { parseOptions, UsageError } from "../terminal/usage.ts";
import type { Command } from "./command.ts";
import { withCoordinator } from "./connect.ts";
import { originOf } from "./originOf.ts";

const options = z.strictObject({
  round: z.coerce.number().int().min(0).optional(),
  format: z.enum(["peft", ...MODEL_EXPORTS]).default("peft"),
  push: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "write it as owner/name")
    .optional(),
  model: z.string().min(1).optional(),
  state: z.string().min(1).optional(),
  out: z.string().min(1).default("duet-adapters"),
});

export const exportCommand: Command = {
  usage: `duet export LINK [options]

  Writes this client's own adapters, as its state folder has them; or with --round the shared adapter after that
  round, as the coordinator has it (for that any link does).

  --round N       the shared adapter after round N
  --format NAME   peft (the adapter alone); merged: base and adapter as one model, as safetensors with the base's
                  kind of numbers; merged-f32: the same in 32 bits; gguf-lora: the adapter alone, for llama.cpp;
                  gguf-f16, gguf-q8_0: base and adapter as one file for llama.cpp, in 16 or 8 bits;
                  sentence-transformers: an encoder and its labels as that library's folder;
                  onnx: an encoder for transformers.js
  --push REPO     puts it on the federation's hub, too, as owner/name: the fused adapter where there is one, else the
                  shared one. The token is that of HF_TOKEN; a repository that is made is private
  --model FOLDER  the base model's files, where nobody serves them
  --state DIR     where this client keeps its state ($DUET_STATE, or ~/.local/state/duet)
  --out DIR       where they go (duet-adapters)
  --json          one JSON object on standard output`,
  async run(args, { reporter }) {
    const { options: chosen, words } = parseOptions(args, options);
    const { url, federationId, token } = readLink(words[0], "link");
    const { round, out, format, push } = chosen;
    const hubToken = push === undefined ? "" : readHubToken();
    const state = stateFolder(chosen.state);
    return withCoordinator(url, null, async (coordinator) => {
      const { config } = await coordinator.watch(federationId, token);
      if (format !== "peft") assertOffered(format, config.model);
      const origin = await originOf(coordinator, config);
      const adapters =
        round === undefined
          ? await readOwn(federationId, origin, state, out)
          : [await readShared(federationId, origin, round, { token, out })];
      const places = { baseUrl: origin.coordinator, hub: origin.hub, folder: state, modelFolder: chosen.model ?? null };
      const written: WrittenAdapter[] = [];
      for (const adapter of adapters) {
        if (format === "peft") written.push(writeAdapter(adapter, origin));
        else written.push(await writeModel(adapter, format, modelFiles(config.model, places), origin));
      }
      reporter.event("exported", `Written: ${written.map(({ folder }) => folder).join(", ")}`, { adapters: written });
      // The fused one comes last, and the personal one never.
      const last = written.at(-1);
      if (push !== undefined && last) {
        const target = { hub: origin.hub, repository: push, token: hubToken, isPrivate: true };
        const address = await pushFolder(last.folder, `From the federation ${config.name}`, target);
        reporter.event("pushed", `Pushed: ${last.kind} to ${address}`, { kind: last.kind, address });
      }
      return 0;
    });
  },
};

/** @throws {UsageError} where there is none. */
function readHubToken(): string {
  const token = process.env.HF_TOKEN;
  if (!token) throw new UsageError("--push needs an access token of the hub that may write, in the environment as HF_TOKEN");
  return token;
}

function assertOffered(format: ModelExport, model: BaseModel): void {
  const reason = unfitFor(format, model);
  if (reason === null) return;
  const possible = ["peft", ...modelExportsOf(model)].join(", ");
  throw new UsageError(
    `This federation's base cannot be written as ${format}. ${say(EXPORT_SENTENCES, reason)}. Possible are ${possible}`,
  );
}

/** @throws {DuetError} ADAPTER_MISSING where this folder has none of the federation. */
async function readOwn(
  federationId: string,
  origin: AdapterOrigin,
  state: string,
  out: string,
): Promise<readonly FolderAdapter[]> {
  const unlock = lockState(state);
  try {
    const identity = createIdentityFiles(state).identity(federationId);
    const kept = identity && (await createClientFiles(state).kept(identity.clientId));
    const adapters = kept && keptAdapters(kept);
    if (!adapters) throw new DuetError("ADAPTER_MISSING", `The state folder "${state}" has no adapters of this federation`);
    return ownAdapters(out, adapters, origin);
  } finally {
    unlock();
  }
}

/** @throws {DuetError} ADAPTER_MISSING where the coordinator has none of that round. */
async function readShared(
  federationId: string,
  { coordinator, config }: AdapterOrigin,
  round: number,
  { token, out }: { readonly token: string; readonly out: string },
): Promise<FolderAdapter> {
  const tensors = await adapterFile(coordinator, federationId, round, token);
  const adapter = federationAdapter(tensors, config.adapter, federationBase(config.model));
  return { kind: "shared", folder: join(out, `shared-round-${round}`), adapter, round, fusion: null, figures: null };
}
