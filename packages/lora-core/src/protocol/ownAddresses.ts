/** What `GET /federations/<id>/addresses` answers the organiser: where others may reach the coordinator, as far as it knows itself. */
import { z } from "zod";

export const ownAddress = z.strictObject({
  /** With the path below which it is served, and a slash at its end. */
  address: z.url().max(300),
  /** Whether a coordinator answered there, asked from its own machine just now. */
  answers: z.boolean(),
});
export type OwnAddress = z.output<typeof ownAddress>;

export const ownAddresses = z.strictObject({ addresses: z.array(ownAddress).max(20) });
export type OwnAddresses = z.output<typeof ownAddresses>;
