/**
 * A connection to the coordinator: its typed socket, the federations that are followed on it, and as whom it has joined one. Every pushed
 * change is parsed and applied.
 */

import { connectionError } from "@duet/lora-core/errors/connectionError";
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { EXITS, type Exit, isExit } from "@duet/lora-core/protocol/exits";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import {
  changeEvent,
  type MessageName,
  type ReplyOf,
  type RequestInput,
  replacedEvent,
  teamFrame,
  teamFrameEvent,
  teamPresent,
  teamPresentEvent,
} from "@duet/lora-core/protocol/messages";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type SnapshotHistory, snapshotHistory } from "@duet/lora-core/protocol/snapshotChange";
import type { TeamSeat } from "@duet/lora-core/protocol/teamRelay";
import { z } from "zod";
import { withDeadline } from "./deadline.ts";
import { createListeners } from "./listeners.ts";
import type { SentLedger } from "./sentLedger.ts";
import { createSnapshotMirror } from "./snapshotMirror.ts";
import { createFrameCount } from "./team/frameCount.ts";
import { type TransfersWhenAsked, transfersWhenAsked } from "./transfersWhenAsked.ts";
import { createTypedSocket, type TypedSocket, type TypedSocketOptions } from "./typedSocket.ts";

type Connection = Pick<TypedSocket, "status" | "request" | "onReady" | "offer" | "reconnect" | "close">;

export interface CoordinatorClient extends TransfersWhenAsked, Connection {
  /** Where it serves files, with a slash at the end: what a path such as `models/use-lite/config.json` is relative to. */
  readonly baseUrl: string;
  /**
   * Follows a federation on this connection, as its client where it is one; the newest snapshot, then {@link onSnapshot}.
   * @throws as `request`.
   */
  watch(federationId: string, token: string): Promise<Snapshot>;
  /** The same with what clients tell the organiser alone, until it is followed otherwise. @throws as `request`. */
  watchAsOrganiser(federationId: string, organiserKey: string): Promise<Snapshot>;
  /** Becomes a client, and follows its federation; the first snapshot that knows of it. @throws as `request`. */
  join(joining: RequestInput<"client:join">): Promise<{ readonly clientId: string; readonly snapshot: Snapshot }>;
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** This connection speaks for its client no more: another tab took it over, or the organiser removed it. It still may watch. */
  onReplaced(listener: (notice: Replaced) => void): () => void;
  /** Sends a sealed frame to a member of the team whose room this connection has entered, or to all; resolves once they have it. @throws as `request`. */
  relayFrame(to: string | null, frame: Uint8Array<ArrayBuffer>): Promise<void>;
  onTeamFrame(listener: (frame: z.output<typeof teamFrame>) => void): () => void;
  onTeamPresent(listener: (present: readonly TeamSeat[]) => void): () => void;
}

export interface CoordinatorClientOptions extends Pick<TypedSocketOptions, "now" | "surroundings" | "cookie"> {
  /** Address of the coordinator, with the path below which it is served. */
  readonly url: string;
  readonly ledger: SentLedger;
}

/** `why` is a word of {@link EXITS}; null where this client knows none such. */
export interface Replaced {
  readonly reason: string;
  readonly why: Exit | null;
}

const replacedNotice = z.object({ reason: z.string(), why: z.unknown() });

export function createCoordinatorClient(options: CoordinatorClientOptions): CoordinatorClient {
  const { url, ledger } = options;
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  /** What paths from the root are added to. */
  const root = base.href.replace(/\/$/, "");
  const socket = createTypedSocket({ ...options, base });
  const snapshots = createListeners<Snapshot>();
  const replaced = createListeners<Replaced>();
  const frames = createListeners<z.output<typeof teamFrame>>();
  const presence = createListeners<readonly TeamSeat[]>();
  const frameCount = createFrameCount(ledger, options.now);
  /** With which token each federation is watched. */
  const watching = new Map<string, string>();
  /** Those that are watched as their organiser. */
  const organised = new Set<string>();
  const mirror = createSnapshotMirror({
    onSnapshot: snapshots.emit,
    onGap: (federationId) => void watchAgain(federationId),
    fetchHistory: (federationId, before) => fetchHistory(root, federationId, watching.get(federationId) ?? "", before),
  });
  /** As whom this connection joined: its adapters are sent with the same secret. */
  let client: RequestInput<"client:join"> | null = null;

  socket.onLost(() => mirror.forget(connectionError("TIMEOUT", ["connectionLost"])));
  socket.onEvent(changeEvent, async (content, acknowledge) => {
    // A browser gives an ArrayBuffer, Node a Buffer.
    await mirror.receive(new Uint8Array(content as ArrayBuffer));
    if (typeof acknowledge === "function") acknowledge();
  });
  socket.onEvent(replacedEvent, (raw) => {
    client = null;
    const parsed = replacedNotice.safeParse(raw);
    const { reason, why } = parsed.success ? parsed.data : { reason: EXITS.gone, why: "gone" };
    replaced.emit({ reason, why: isExit(why) ? why : null });
  });

  socket.onEvent(teamFrameEvent, (raw, acknowledge) => {
    const parsed = teamFrame.safeParse(raw);
    if (parsed.success) frames.emit(parsed.data);
    if (typeof acknowledge === "function") acknowledge();
  });
  socket.onEvent(teamPresentEvent, (raw) => {
    const parsed = teamPresent.safeParse(raw);
    if (parsed.success) presence.emit(parsed.data.present);
  });

  async function request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    await socket.offer();
    if (name === "client:join") ledger.belongTo(payload as RequestInput<"client:join">);
    const reply = await socket.request(name, payload);
    if (name === "client:join") client = payload as RequestInput<"client:join">;
    if (name === "team:enter") frameCount.begin(payload as RequestInput<"team:enter">);
    if (name === "client:leave") {
      client = null;
      ledger.forget();
    }
    return reply;
  }

  /** The opening push comes within a moment of the answer. */
  function following(federationId: string, revision: number): Promise<Snapshot> {
    const late = () => connectionError("TIMEOUT", ["stateNotSent"]);
    return withDeadline(mirror.from(federationId, revision), ACK_TIMEOUT_MS, late);
  }

  async function follow(federationId: string, token: string): Promise<Snapshot> {
    watching.set(federationId, token);
    if (client?.federationId === federationId) client = { ...client, sees: "all" };
    const { revision } = await request("federation:watch", { federationId, token });
    return following(federationId, revision);
  }

  /** It may be gone meanwhile: then there is nothing to follow. */
  async function watchAgain(federationId: string): Promise<void> {
    const token = watching.get(federationId);
    if (client?.federationId === federationId && client.sees === "own") await request("client:join", client).catch(() => {});
    else if (token !== undefined) await request("federation:watch", { federationId, token }).catch(() => {});
  }

  return {
    baseUrl: base.href,
    ...transfersWhenAsked({ url: root, request, ledger, clientOf: () => client }),
    status: socket.status,
    onReady: socket.onReady,
    onSnapshot: snapshots.add,
    onReplaced: replaced.add,
    offer: socket.offer,
    request,
    watch(federationId, link) {
      organised.delete(federationId);
      // A client's own token stays good when its link is replaced.
      return follow(federationId, client?.federationId === federationId ? client.resumeToken : link);
    },
    watchAsOrganiser(federationId, organiserKey) {
      organised.add(federationId);
      return follow(federationId, organiserKey);
    },
    async join(joining) {
      const { federationId, resumeToken } = joining;
      const { clientId, revision } = await request("client:join", joining);
      if (!organised.has(federationId)) watching.set(federationId, resumeToken);
      return { clientId, snapshot: await following(federationId, revision) };
    },
    async relayFrame(to, frame) {
      frameCount.add(frame.length);
      await socket.requestCounted("team:send", { to, frame });
    },
    onTeamFrame: frames.add,
    onTeamPresent: presence.add,
    reconnect: socket.reconnect,
    close: socket.close,
  };
}

/** @throws {Error} when it cannot be had. */
async function fetchHistory(root: string, federationId: string, token: string, before: number): Promise<SnapshotHistory> {
  const response = await fetch(`${root}/federations/${federationId}/history?before=${before}`, {
    headers: { [WATCH_TOKEN_HEADER]: token },
    signal: AbortSignal.timeout(ACK_TIMEOUT_MS),
  });
  return snapshotHistory.parse(await response.json());
}
