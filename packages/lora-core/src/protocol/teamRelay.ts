/** How the members of a team, which are one client together, find each other at the coordinator. It learns who is there, and nothing else. */
import { z } from "zod";

/** What follows from a team's link one way (team/teamLink.ts). */
export const teamRoom = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "this is not the room of a team");
/** A member chooses its own for as long as it runs. */
export const teamMember = z.string().regex(/^[A-Za-z0-9_-]{22}$/, "this is not a member of a team");

/** Seats are numbered in the order in which they were taken, and stay whose they are. */
export const teamSeat = z.strictObject({ member: teamMember, seat: z.number().int().min(1).max(1e6) });
export type TeamSeat = z.output<typeof teamSeat>;
