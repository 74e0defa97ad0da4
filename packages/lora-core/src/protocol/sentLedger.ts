/** The file that says what left a tab, for whoever is to check it: `npm run verify-ledger` reads it. No secrets are in it. */
import { z } from "zod";
import { told } from "../sayings/saying.ts";
import { isId } from "./addresses.ts";
import { sha256Hex } from "./blobs.ts";
import { exchangeStep } from "./exchange.ts";

const count = z.number().int().min(0);
const id = z.string().refine(isId);

/** Which contribution an upload was. */
export const uploadName = z.object({
  round: z.number().int().min(0),
  /** Of a secure sum; null where the update was sent as it is. */
  attempt: z.number().int().min(1).nullable(),
  step: exchangeStep.nullable(),
});
export type UploadName = z.output<typeof uploadName>;

export const sentEntry = z.object({
  /** Milliseconds since the epoch on the tab's clock; of the first of them. */
  at: z.number(),
  /** Of the message, or what was uploaded. */
  event: z.string().max(80),
  /** More than one where the same was said again and again, as progress is. */
  messages: count.min(1),
  /** All that left, repeated pieces too. */
  bytes: count,
  /** Of the content: of an upload the name that the coordinator knows it by, of a message its JSON, without secrets. */
  sha256: sha256Hex,
  /** The message as JSON, the newest of several, or the name and size of what was uploaded; secrets left out. */
  content: z.string(),
  /** What it was made from, in words. */
  madeFrom: z.string().max(400),
  /** The same as data, of `SENT_SENTENCES` (packages/client); not in the file, and not in entries of before. */
  told: z.array(told).max(12).readonly().optional(),
  /** Null for what is no contribution to a round. */
  upload: uploadName.nullable(),
});
export type SentEntry = Readonly<z.output<typeof sentEntry>>;

export const LEDGER_FORMAT = "duet-ledger";

export const ledgerFile = z.object({
  format: z.literal(LEDGER_FORMAT),
  version: z.literal(1),
  /** Address of the coordinator. */
  coordinator: z.url(),
  federationId: id,
  clientId: id,
  /** Oldest first. */
  entries: z.array(sentEntry).max(100_000),
});
export type LedgerFile = z.output<typeof ledgerFile>;
