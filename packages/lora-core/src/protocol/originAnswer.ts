/** What `GET /origin?page=ORIGIN` answers: whether a page of that origin may talk to the coordinator. Over HTTP, since the socket is what is refused. */
import { z } from "zod";
import { told } from "../sayings/saying.ts";

export const originAnswer = z.strictObject({
  /** Why not, and what mends it, for people; null when it may. */
  refusal: z.string().max(1000).nullable(),
  /** The same as data, of `REFUSAL_SENTENCES`. */
  told: told.optional().catch(undefined),
});
export type OriginAnswer = z.output<typeof originAnswer>;
