/** A tiny typed client over a real socket: calls with parsed replies, the newest snapshot, and adapters over HTTP in one piece each. */
import { createHash } from "node:crypto";
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import {
  type BlobRef,
  blobPath,
  formatPieceRange,
  ORGANISER_KEY_HEADER,
  RESUME_TOKEN_HEADER,
  uploadState,
} from "@duet/lora-core/protocol/blobs";
import { decodeChange } from "@duet/lora-core/protocol/changeCodec";
import { resultOf } from "@duet/lora-core/protocol/errors";
import {
  changeEvent,
  type MessageName,
  messages,
  type ReplyOf,
  type RequestInput,
  replacedEvent,
} from "@duet/lora-core/protocol/messages";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { applyChange } from "@duet/lora-core/protocol/snapshotChange";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import { onTestFinished } from "vitest";

export interface TestClient {
  readonly socket: Socket;
  /** Newest pushed snapshot. */
  latest: Snapshot | null;
  /** Why the coordinator let another socket take over, or removed this client. */
  replacedBecause: string | null;
  /** The reply. @throws {Error} "CODE: message" on a refusal. */
  call<N extends MessageName>(name: N, request: RequestInput<N>): Promise<ReplyOf<N>>;
  /** Watches a federation; what the first push tells of it. */
  watch(federationId: string, token: string): Promise<Snapshot>;
  /** Uploads an adapter and submits it, as the client that joined here. @throws {Error} "CODE: message" on a refusal. */
  submit(submission: Submission): Promise<void>;
  /** Uploads bytes as the client that joined here; names them. @throws {Error} "CODE: message" on a refusal. */
  upload(content: Uint8Array<ArrayBuffer>): Promise<BlobRef>;
  /** What the open round starts from, downloaded. @throws {Error} "CODE: message" on a refusal. */
  fetchAdapter(round: number): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The code of the refusal that any payload under any name gets; "OK" when it is not refused. */
  codeOf(name: string, payload: unknown): Promise<RefusalCode | "OK">;
  /** Resolves with the first pushed snapshot for which the condition holds. */
  until(condition: (snapshot: Snapshot) => boolean, what: string, deadlineMs?: number): Promise<Snapshot>;
}

export type Submission = Omit<RequestInput<"round:submit">, "adapter"> & { readonly adapter: Uint8Array<ArrayBuffer> | null };

/** What `round:submit` says of an adapter. */
export function blobRefOf(content: Uint8Array): BlobRef {
  return { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
}

/** Who transfers: a client by its resume token, or an organiser. */
export interface Owner {
  readonly url: string;
  readonly federationId: string;
  readonly headers: Record<string, string>;
}

export const clientOwner = (url: string, federationId: string, resumeToken: string): Owner => ({
  url,
  federationId,
  headers: { [RESUME_TOKEN_HEADER]: resumeToken },
});
export const organiserOwner = (url: string, federationId: string, organiserKey: string): Owner => ({
  url,
  federationId,
  headers: { [ORGANISER_KEY_HEADER]: organiserKey },
});

/** Sends bytes `start` to `end` of a blob; the answer says how many are there. @throws {Error} "CODE: message" on a refusal. */
export async function putPiece(
  { url, federationId, headers }: Owner,
  content: Uint8Array<ArrayBuffer>,
  { start = 0, end = content.byteLength, name = blobRefOf(content).sha256, total = content.byteLength } = {},
): Promise<number> {
  const range = formatPieceRange({ start, length: end - start, total });
  const body = end > start ? content.slice(start, end) : null;
  const response = await fetch(url + blobPath(federationId, name), {
    method: "PUT",
    headers: { ...headers, "content-range": range, ...(body ? { "content-type": "application/octet-stream" } : {}) },
    body,
  });
  const result = resultOf(uploadState).parse(await response.json());
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.data.receivedBytes;
}

/** The code of the refusal that something got; "OK" when it was not refused. */
export async function codeOfRefusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "OK",
    (error: Error) => error.message.split(":")[0] ?? "",
  );
}

export interface ConnectOptions {
  readonly greet?: boolean;
  /** Of the handshake: a cookie, what proxies add. */
  readonly headers?: Record<string, string>;
  readonly transport?: "websocket" | "polling";
}

/** Connects and says hello. */
export async function connectClient(
  url: string,
  { greet = true, headers = {}, transport = "websocket" }: ConnectOptions = {},
): Promise<TestClient> {
  const socket = io(url, { transports: [transport], forceNew: true, reconnection: false, extraHeaders: headers });
  onTestFinished(() => void socket.disconnect());
  const observers = new Set<() => void>();
  let owner: Owner | null = null;
  const client: TestClient = {
    socket,
    latest: null,
    replacedBecause: null,
    async call(name, request) {
      const raw: unknown = await socket.timeout(10_000).emitWithAck(name, request);
      const result = resultOf(messages[name].reply).parse(raw);
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
      if (name === "client:join") {
        const { federationId, resumeToken } = messages["client:join"].request.parse(request);
        owner = clientOwner(url, federationId, resumeToken);
      }
      return result.data as ReplyOf<typeof name>;
    },
    async watch(federationId, token) {
      const { revision } = await client.call("federation:watch", { federationId, token });
      const isNewest = (snapshot: Snapshot) => snapshot.federationId === federationId && snapshot.revision >= revision;
      return client.until(isNewest, "the federation's state");
    },
    async submit({ adapter, ...rest }) {
      await client.call("round:submit", { ...rest, adapter: adapter && (await client.upload(adapter)) });
    },
    async upload(content) {
      if (owner) await putPiece(owner, content);
      return blobRefOf(content);
    },
    async fetchAdapter(round) {
      const { adapter } = await client.call("round:fetch", { round });
      if (!adapter || !owner) return null;
      const response = await fetch(url + blobPath(owner.federationId, adapter.sha256), { headers: owner.headers });
      const content = new Uint8Array(await response.arrayBuffer());
      if (blobRefOf(content).sha256 !== adapter.sha256) throw new Error(`The adapter is not the one named (${response.status})`);
      return content;
    },
    async codeOf(name, payload) {
      const raw = await socket.timeout(10_000).emitWithAck(name, payload);
      return raw.ok ? "OK" : raw.error.code;
    },
    until: (condition, what, deadlineMs = 10_000) =>
      new Promise((resolve, reject) => {
        const observe = () => {
          if (!client.latest || !condition(client.latest)) return;
          clearTimeout(timer);
          observers.delete(observe);
          resolve(client.latest);
        };
        const give = () => reject(new Error(`Waited in vain for: ${what}. The last snapshot: ${JSON.stringify(client.latest)}`));
        const timer = setTimeout(give, deadlineMs);
        observers.add(observe);
        observe();
      }),
  };
  let turn = Promise.resolve();
  socket.on(changeEvent, (content: Uint8Array<ArrayBuffer>, acknowledge: () => void) => {
    turn = turn.then(async () => {
      const change = await decodeChange(content);
      const snapshot = applyChange(client.latest?.federationId === change.federationId ? client.latest : null, change);
      if (!snapshot) throw new Error("A change does not fit the snapshot that it follows");
      client.latest = snapshot;
      acknowledge();
      for (const observe of [...observers]) observe();
    });
  });
  socket.on(replacedEvent, ({ reason }: { reason: string }) => {
    client.replacedBecause = reason;
  });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  if (greet) await client.call("session:hello", { protocolVersion: PROTOCOL_VERSION });
  return client;
}
