/** Who the clients of a state folder are, one file of each federation: what a tab keeps in its session storage. */
import { join } from "node:path";
import { type AskingClient, askingClient, clientIdentity, type IdentityStore } from "@duet/client/clientIdentity";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { z } from "zod";
import { readPrivateFile, removePrivateFile, writePrivateFile } from "./privateFile.ts";

export interface IdentityFiles extends IdentityStore {
  /** Secret of the team that this client is; null where it is none. */
  team(federationId: string): string | null;
  saveTeam(federationId: string, secret: string): void;
  /** One that asked to join and waits; null when there is none. */
  asking(federationId: string): AskingClient | null;
}

const teamRecord = z.object({ version: z.literal(1), secret: z.string() });

/** @throws {DuetError} STORED_DAMAGED from what reads, where a file is not what it was written as. */
export function createIdentityFiles(folder: string): IdentityFiles {
  const fileOf = (federationId: string, name: string) =>
    join(folder, "federations", `of-${encodeURIComponent(federationId)}`, name);
  const identityFile = (federationId: string) => fileOf(federationId, "identity.json");
  const askingFile = (federationId: string) => fileOf(federationId, "asking.json");
  const teamFile = (federationId: string) => fileOf(federationId, "team.json");
  return {
    team: (federationId) => readJson(teamFile(federationId), teamRecord)?.secret ?? null,
    saveTeam: (federationId, secret) => writePrivateFile(teamFile(federationId), `${JSON.stringify({ version: 1, secret })}\n`),
    identity: (federationId) => readJson(identityFile(federationId), clientIdentity),
    saveIdentity(identity) {
      writePrivateFile(identityFile(identity.federationId), `${JSON.stringify(identity)}\n`);
      removePrivateFile(askingFile(identity.federationId));
    },
    asking: (federationId) => readJson(askingFile(federationId), askingClient),
    saveAsking: (asking) => writePrivateFile(askingFile(asking.federationId), `${JSON.stringify(asking)}\n`),
    // Nothing is shown of a federation that this client is out of.
    saveParting: () => {},
    forgetIdentity(federationId) {
      removePrivateFile(identityFile(federationId));
      removePrivateFile(askingFile(federationId));
      removePrivateFile(teamFile(federationId));
    },
  };
}

function readJson<S extends z.ZodType>(path: string, schema: S): z.output<S> | null {
  const content = readPrivateFile(path);
  if (content === null) return null;
  try {
    return schema.parse(JSON.parse(content.toString("utf8")));
  } catch (cause) {
    throw new DuetError("STORED_DAMAGED", `${path} cannot be read`, { cause });
  }
}
