/**
 * Every client-to-coordinator message: request and reply as one schema each; types are inferred from them.
 * The coordinator pushes only {@link changeEvent}; clients pull what they need, so a lost push loses nothing.
 */
import { z } from "zod";
import { isCode, isId, isToken } from "./addresses.ts";
import { baseModel } from "./baseModel.ts";
import { blobRef, sha256Hex } from "./blobs.ts";
import { exchangeKey } from "./exchange.ts";
import type { Exit } from "./exits.ts";
import { displayName, newFederationConfig } from "./federationConfig.ts";
import { figuresFor } from "./figures.ts";
import { MAX_CONTACT_LENGTH, MAX_NAME_LENGTH } from "./limits.ts";
import { identityKey, newDevice, ownRank, progress, roundMetrics, toldCounts } from "./metrics.ts";
import { joining, linkRole, listing, organiserView } from "./organiserView.ts";
import { phase } from "./snapshot.ts";
import { teamMember, teamRoom, teamSeat } from "./teamRelay.ts";
import { visibleName } from "./visibleText.ts";

const id = z.string().refine(isId, "this is not the id of a federation or client: the link is mistyped");
const CUT_OFF = "this code is cut off or mistyped: copy the whole link again";
/** The signed code of a link, or what else opens a federation. */
const code = z.string().refine(isCode, CUT_OFF);
const secret = z.string().refine(isToken, CUT_OFF);
const revision = z.number().int().min(0);
const roundNumber = z.number().int().min(0).max(10_000);

const empty = z.strictObject({});
/** A browser gives an ArrayBuffer, Node a Buffer. */
const messageContent = z.preprocess(
  (given) => (given instanceof ArrayBuffer || given instanceof Uint8Array ? new Uint8Array(given) : given),
  z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array),
);

const share = z.number().min(0).max(1);

export const federationSummary = z.strictObject({
  federationId: id,
  name: displayName,
  phase,
  round: roundNumber.nullable(),
  rounds: z.number().int(),
  clients: z.number().int(),
  /** How to ask for an invitation; may be empty. */
  contact: z.string().max(MAX_CONTACT_LENGTH),
  /** Mean accuracies that it ended with, see rounds/listedResult.ts; null before, and where they are not for everybody. */
  result: z.strictObject({ base: share.nullable(), served: share }).nullable().default(null),
});
export type FederationSummary = z.output<typeof federationSummary>;

/** One entry per event name; `reply` is what arrives inside `{ok: true, data}`. */
export const messages = {
  /** First message on every socket; anything else before it is refused. */
  "session:hello": {
    request: z.strictObject({ protocolVersion: z.number().int() }),
    reply: z.strictObject({
      protocolVersion: z.number().int(),
      /** Served here; a federation may also have another base. */
      models: z.array(baseModel),
      /** Address of the hub that hub addresses refer to. */
      hub: z.url(),
      /** As whom pages of this coordinator are known there, so that people can sign in; null where they are not. */
      hubClientId: z.string().max(200).nullable().default(null),
      serverTime: z.number(),
    }),
  },
  /** Those whose organisers want them listed; watching one needs its link. */
  "federation:list": {
    request: empty,
    reply: z.strictObject({
      federations: z.array(federationSummary),
      /** How many more are stored that this coordinator cannot open. */
      unreadable: z.number().int().min(0),
    }),
  },
  /** Where `config.initialAdapter` names an adapter the federation opens once the organiser has uploaded it, see blobs.ts. */
  "federation:create": {
    request: z.strictObject({ config: newFederationConfig, joining: joining.default("open"), listing: listing.default(null) }),
    reply: z.strictObject({ federationId: id, inviteToken: code, watchToken: code, organiserKey: code }),
  },
  /**
   * Subscribes this socket to {@link changeEvent}; the first one begins anew, also when it is said again. Any link of the federation
   * does, and the resume token of a client that was not removed.
   */
  "federation:watch": {
    request: z.strictObject({ federationId: id, token: code }),
    /** Of the newest snapshot. */
    reply: z.strictObject({ revision }),
  },
  /** What the organiser alone sees. */
  "federation:links": {
    request: z.strictObject({ federationId: id, organiserKey: code }),
    reply: organiserView,
  },
  /** Answered by what the organiser sees afterwards: replacing the organiser link gives the one that goes on. */
  "federation:control": {
    request: z.strictObject({
      federationId: id,
      organiserKey: code,
      action: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("start") }),
        z.strictObject({ kind: z.literal("pause") }),
        z.strictObject({ kind: z.literal("resume") }),
        z.strictObject({ kind: z.literal("closeRound") }),
        /** The open round does not wait for it. */
        z.strictObject({ kind: z.literal("skip"), clientId: id }),
        z.strictObject({ kind: z.literal("remove"), clientId: id }),
        z.strictObject({ kind: z.literal("stop") }),
        /** A new link; the one before is refused from now on. */
        z.strictObject({ kind: z.literal("rotateLink"), role: linkRole }),
        /** Refused from now on, and no new one until {@link rotateLink}. Not of the organiser: nobody could make a new one. */
        z.strictObject({ kind: z.literal("revokeLink"), role: linkRole.exclude(["organiser"]) }),
        /** The same for a full term from now on; copies of before end when they would have. */
        z.strictObject({ kind: z.literal("extendLink"), role: linkRole }),
        z.strictObject({ kind: z.literal("setJoining"), joining }),
        z.strictObject({ kind: z.literal("setListing"), listing }),
        z.strictObject({ kind: z.literal("admit"), waitingId: id }),
        z.strictObject({ kind: z.literal("decline"), waitingId: id }),
      ]),
    }),
    reply: organiserView,
  },
  /**
   * Becomes a client, once its data is ready; subscribes as `federation:watch` does. It chooses its resume token and keeps it secret: a
   * token that is new here makes a new client, a known one takes that client over (an older socket of it only watches on). So a
   * join whose acknowledgement was lost can be repeated. A known one needs no valid invite link. Where the organiser admits clients it
   * is refused with AWAITING_APPROVAL, and repeated every few seconds until there is another answer. With `sees: "own"` it is told only
   * of what matters to itself (ownPart.ts), for as long as the socket does not say `federation:watch`.
   */
  "client:join": {
    request: z.strictObject({
      federationId: id,
      inviteToken: code,
      name: visibleName(MAX_NAME_LENGTH),
      resumeToken: secret,
      /** `fingerprint` of the files that this client has loaded. */
      modelSha256: sha256Hex,
      /** Who sees what this client measures on its rows, how many it has, and where it computes. Said again, the newest counts. */
      figures: figuresFor,
      /** Null where nobody is told. */
      device: newDevice.nullable(),
      samples: toldCounts,
      /** Needed where what clients share is summed securely; stays the same for as long as it is this client. */
      identity: identityKey.nullable().default(null),
      /** Of its adapters, where clients may have fewer ranks than the federation's; stays the same for as long as it is this client. Left out: the federation's. */
      rank: ownRank.optional(),
      /** It has finished no round: where the method lets clients learn alone first, it catches up before a round waits for it. */
      isNew: z.literal(true).optional(),
      sees: z.enum(["all", "own"]).default("all"),
    }),
    /** Snapshots from `revision` on know of this client as it is now. */
    reply: z.strictObject({ clientId: id, revision }),
  },
  "client:progress": { request: progress, reply: empty },
  "client:leave": { request: empty, reply: empty },
  /** Names the shared adapter that the open round starts from; null in a round that receives none. Counted once a round. */
  "round:fetch": {
    request: z.strictObject({ round: roundNumber }),
    reply: z.strictObject({ adapter: blobRef.nullable() }),
  },
  /**
   * What this client needs in order to answer a step of the secure sum (a message of secureAggregation/messages.ts); null in the first.
   */
  "exchange:fetch": {
    request: exchangeKey,
    reply: z.strictObject({ content: messageContent.nullable() }),
  },
  /** Answers a step with a blob that was uploaded as an adapter is; acknowledged and repeated as `round:submit` is. */
  "exchange:send": {
    request: z.strictObject({ ...exchangeKey.shape, blob: blobRef }),
    reply: empty,
  },
  /**
   * Acknowledged only once it is on disk; a repeat of the same (client, round) is acknowledged and not counted twice. Refused with
   * BLOB_MISSING as long as the adapter has not been uploaded: do that, and say it again.
   */
  "round:submit": {
    request: z.strictObject({ round: roundNumber, adapter: blobRef.nullable(), metrics: roundMetrics }),
    reply: empty,
  },
  /**
   * Takes a seat in a team's room, where its members tell each other what the coordinator cannot read; a client opens the room, by saying so on
   * the socket that has joined. Who is in is pushed to all as {@link teamPresentEvent}, to who enters, too. A member that comes again has the seat that it had.
   */
  "team:enter": {
    request: z.strictObject({ federationId: id, room: teamRoom, member: teamMember }),
    reply: empty,
  },
  /**
   * A sealed frame for one member of the room, or for all others; acknowledged once those that it is for have it, as {@link teamFrameEvent}. So
   * many may be on their way at a time as limits.ts says, and they arrive in order.
   */
  "team:send": {
    request: z.strictObject({ to: teamMember.nullable(), frame: messageContent }),
    reply: empty,
  },
} as const satisfies Record<string, { request: z.ZodType; reply: z.ZodType }>;

export type MessageName = keyof typeof messages;
export type RequestOf<N extends MessageName> = z.output<(typeof messages)[N]["request"]>;
/** What a sender passes, before defaults and trimming. */
export type RequestInput<N extends MessageName> = z.input<(typeof messages)[N]["request"]>;
export type ReplyOf<N extends MessageName> = z.output<(typeof messages)[N]["reply"]>;

/** Coordinator to client: a change of the watched federation's snapshot, encoded (changeCodec.ts). Acknowledged once it is applied. */
export const changeEvent = "federation:changed";
/** Coordinator to client: this socket's client was taken over by another connection, or removed; one sentence why. It may watch on. */
export const replacedEvent = "client:replaced";

/** Coordinator to a member of a team: another one's frame. Acknowledged once it is taken. */
export const teamFrameEvent = "team:frame";
/** Coordinator to the members of a team: who is in the room now, by their seats. */
export const teamPresentEvent = "team:present";
export const teamFrame = z.strictObject({ from: teamMember, to: teamMember.nullable(), frame: messageContent });
export const teamPresent = z.strictObject({ present: z.array(teamSeat) });

/** Socket.IO event maps; every acknowledgement carries a Result that the receiver parses with `resultOf(reply)`. */
export type ClientToServerEvents = {
  [N in MessageName]: (request: RequestInput<N>, acknowledge: (result: unknown) => void) => void;
};
export interface ServerToClientEvents {
  "federation:changed": (change: Uint8Array, acknowledge: () => void) => void;
  "client:replaced": (notice: { reason: string; why: Exit }) => void;
  "team:frame": (frame: z.output<typeof teamFrame>, acknowledge: () => void) => void;
  "team:present": (present: z.output<typeof teamPresent>) => void;
}
