/** What members of a team tell each other, sealed. Everything is parsed; who sent it is known by the key of its stream. */
import { z } from "zod";
import type { KeptClient } from "../contract/clientRound.ts";
import { checkpoint, roundResult } from "../contract/keptSchemas.ts";
import { EXIT_NAMES } from "../protocol/exits.ts";
import { federationConfig } from "../protocol/federationConfig.ts";
import { MAX_NAME_LENGTH } from "../protocol/limits.ts";
import { teamMember } from "../protocol/teamRelay.ts";
import { visibleName } from "../protocol/visibleText.ts";
import { fromBytes, toBytes } from "./plainBytes.ts";
import { TeamError } from "./teamError.ts";

const step = z.number().int().min(0).max(1e9);
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A member that can train. */
export const teamMate = z.strictObject({
  member: teamMember,
  name: visibleName(MAX_NAME_LENGTH),
  /** Training rows. */
  rows: z.number().int().min(1).max(1e9),
});
export type TeamMate = z.output<typeof teamMate>;

/** What whoever made the team has chosen for it; it stays so when another one leads. */
const teamChoices = z.strictObject({
  /** Steps between two averagings. */
  every: z.number().int().min(1).max(1e6),
  /** Whether the other participants are told of how many members the team is. */
  tellsSize: z.boolean(),
});
export type TeamChoices = z.output<typeof teamChoices>;

const kept = z
  .strictObject({
    checkpoint: checkpoint.nullable(),
    done: roundResult.extend({ submitted: z.boolean() }).nullable(),
  })
  .transform((value) => value as KeptClient);

const order = z.strictObject({
  name: z.string().max(200),
  steps: step,
  every: z.number().int().min(1).max(1e6),
  content: bytes,
});

const teamMessage = z.discriminatedUnion("kind", [
  /** To all, by who has come: whoever leads answers. */
  z.strictObject({ kind: z.literal("hello") }),
  /** The leader to who has come: what it takes part in. */
  z.strictObject({ kind: z.literal("welcome"), config: federationConfig }),
  /** To the leader: base and rows are there. */
  z.strictObject({ kind: z.literal("ready"), mate: teamMate }),
  /** The leader to all: who leads, and who trains. Whoever says so leads from then on. */
  z.strictObject({ kind: z.literal("lead"), mates: z.array(teamMate).max(64) }),
  /** The leader to all: what another member needs to go on as this client. */
  z.strictObject({ kind: z.literal("client"), identity: z.unknown(), kept, choices: teamChoices }),
  /** The leader to who takes part in a training: from the beginning, or from `state` after that many steps on. */
  z.strictObject({ kind: z.literal("order"), order, step, state: bytes.nullable(), members: z.array(teamMember).max(64) }),
  /** To the leader. */
  z.strictObject({ kind: z.literal("part"), training: z.string().max(200), step, values: floats, weight: z.number().positive() }),
  /** The leader to all, and once more to who asks again. */
  z.strictObject({
    kind: z.literal("mean"),
    training: z.string().max(200),
    step,
    values: floats,
    weight: z.number().positive(),
    /** Who takes part from now on. */
    members: z.array(teamMember).max(64),
  }),
  /** The leader to a member that was silent for too long; it may come again. */
  z.strictObject({ kind: z.literal("out") }),
  /** At work. */
  z.strictObject({ kind: z.literal("beat") }),
  /** The leader to all: the federation is over for this client, in one sentence. */
  z.strictObject({
    kind: z.literal("over"),
    isFinished: z.boolean(),
    sentence: z.string().max(500),
    /** Which exit the sentence says, where it is one: for pages in another language. */
    why: z.enum(EXIT_NAMES).nullish(),
  }),
]);
export type TeamMessage = z.output<typeof teamMessage>;

export const encodeTeamMessage = (message: TeamMessage): Uint8Array<ArrayBuffer> => toBytes(message);

/** @throws {TeamError} "unreadable" */
export function decodeTeamMessage(content: Uint8Array): TeamMessage {
  const parsed = teamMessage.safeParse(fromBytes(content));
  if (parsed.success) return parsed.data;
  throw new TeamError("unreadable", ["teamFormUnknown"], { cause: parsed.error });
}
