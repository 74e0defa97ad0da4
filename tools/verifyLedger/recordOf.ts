/** What a coordinator has on record of a client: asked for by a link that may watch, or read from its data folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectDatabase } from "@duet/coordinator/storage/database/openDatabase";
import { hashFile } from "@duet/coordinator/storage/files";
import { databaseAddress } from "@duet/coordinator/storage/openStorage";
import { receivedFrom } from "@duet/coordinator/storage/receivedFrom";
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { type Received, received } from "@duet/lora-core/protocol/received";
import type { LedgerFile } from "@duet/lora-core/protocol/sentLedger";

type Client = Pick<LedgerFile, "coordinator" | "federationId" | "clientId">;

const DEADLINE_MS = 60_000;

/** Asks the coordinator that the ledger names. @throws {Error} with what to do. */
export async function recordByLink({ coordinator, federationId, clientId }: Client, link: string): Promise<Received> {
  const [page = "", token = ""] = link.split("#");
  if (token === "") throw new Error("The link is cut off: the code after its # is missing. Copy the whole link again.");
  if (!page.includes(federationId)) throw new Error("This link is of another federation than the ledger.");
  const address = new URL(`federations/${federationId}/received/${clientId}`, coordinator);
  const headers = { [WATCH_TOKEN_HEADER]: token };
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(DEADLINE_MS) }).catch((error: Error) => {
    throw new Error(`The coordinator at ${coordinator} cannot be reached (${error.message}). Is it running?`);
  });
  const body: unknown = await response.json().catch(() => null);
  const parsed = received.safeParse(body);
  if (response.ok && parsed.success) return parsed.data;
  const { error = `it answered with ${response.status}` } = (body ?? {}) as { readonly error?: string };
  throw new Error(`The coordinator does not tell: ${error}.`);
}

/** Reads its database and what it stores, also while it runs; nothing is changed. @throws {Error} with what to do. */
export async function recordInFolder({ federationId, clientId }: Client, data: string, url: string | null): Promise<Received> {
  const address = databaseAddress(data, url);
  if ("file" in address && !existsSync(address.file)) {
    throw new Error(`There is no coordinator's data in "${data}"; name its folder with --data.`);
  }
  const database = connectDatabase(address);
  try {
    const records = await receivedFrom(database, federationId, clientId);
    const items = [];
    for (const { item } of records) items.push({ ...item, storedSha256: await hashIn(data, federationId, item.storedSha256) });
    return { federationId, clientId, items };
  } finally {
    await database.destroy();
  }
}

/** Of the file of that name, as it is now; null where it is gone. */
async function hashIn(data: string, federationId: string, name: string | null): Promise<string | null> {
  if (name === null) return null;
  const file = join(data, "blobs", federationId, name);
  return existsSync(file) ? (await hashFile(file)).sha256 : null;
}
