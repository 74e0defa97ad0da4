/** A tiny typed client over a real socket: calls with parsed replies, and the newest snapshot. */
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import { resultOf } from "@duet/lora-core/protocol/errors";
import {
  type MessageName,
  messages,
  type ReplyOf,
  type RequestInput,
  replacedEvent,
  snapshotEvent,
} from "@duet/lora-core/protocol/messages";
import { type Snapshot, snapshot as snapshotSchema } from "@duet/lora-core/protocol/snapshot";
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
  /** The code of the refusal that any payload under any name gets; "OK" when it is not refused. */
  codeOf(name: string, payload: unknown): Promise<RefusalCode | "OK">;
  /** Resolves with the first pushed snapshot for which the condition holds. */
  until(condition: (snapshot: Snapshot) => boolean, what: string): Promise<Snapshot>;
}

/** Connects and says hello. */
export async function connectClient(url: string, { greet = true } = {}): Promise<TestClient> {
  const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false });
  onTestFinished(() => void socket.disconnect());
  const observers = new Set<() => void>();
  const client: TestClient = {
    socket,
    latest: null,
    replacedBecause: null,
    async call(name, request) {
      const raw: unknown = await socket.timeout(10_000).emitWithAck(name, request);
      const result = resultOf(messages[name].reply).parse(raw);
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
      return result.data as ReplyOf<typeof name>;
    },
    async codeOf(name, payload) {
      const raw = await socket.timeout(10_000).emitWithAck(name, payload);
      return raw.ok ? "OK" : raw.error.code;
    },
    until: (condition, what) =>
      new Promise((resolve, reject) => {
        const observe = () => {
          if (!client.latest || !condition(client.latest)) return;
          clearTimeout(timer);
          observers.delete(observe);
          resolve(client.latest);
        };
        const give = () => reject(new Error(`Waited in vain for: ${what}. The last snapshot: ${JSON.stringify(client.latest)}`));
        const timer = setTimeout(give, 10_000);
        observers.add(observe);
        observe();
      }),
  };
  socket.on(snapshotEvent, (raw: unknown, acknowledge: (revision: number) => void) => {
    const snapshot = snapshotSchema.parse(raw);
    acknowledge(snapshot.revision);
    if (client.latest && snapshot.revision <= client.latest.revision) return;
    client.latest = snapshot;
    for (const observe of [...observers]) observe();
  });
  socket.on(replacedEvent, ({ reason }: { reason: string }) => {
    client.replacedBecause = reason;
  });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  if (greet) await client.call("session:hello", { protocolVersion: PROTOCOL_VERSION });
  return client;
}
