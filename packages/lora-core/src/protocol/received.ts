/** What a coordinator has on record that one client sent: its journal keeps this when the content is long gone. */
import { z } from "zod";
import { isId } from "./addresses.ts";
import { sha256Hex } from "./blobs.ts";
import { uploadName } from "./sentLedger.ts";

const id = z.string().refine(isId);

export const receivedItem = z.strictObject({
  ...uploadName.shape,
  at: z.number(),
  bytes: z.number().int().min(0),
  /** Of what came, as it was when it counted; null where nothing was uploaded, and in records from before it was kept. */
  sha256: sha256Hex.nullable(),
  /** Of the content that is stored now; null where it is not kept any more. */
  storedSha256: sha256Hex.nullable(),
  /** It has figures that this client measured. */
  hasFigures: z.boolean(),
});
export type ReceivedItem = z.output<typeof receivedItem>;

export const received = z.strictObject({ federationId: id, clientId: id, items: z.array(receivedItem) });
export type Received = z.output<typeof received>;
