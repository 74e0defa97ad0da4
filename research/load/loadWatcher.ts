/** A page that only looks on, as far as the coordinator can tell: it takes every change, and counts its bytes. */
import { changeEvent, type RequestInput } from "@duet/lora-core/protocol/messages";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io } from "socket.io-client";

/** Of the changes that it was told, while it watched. */
export interface WatcherFigures {
  readonly bytes: number;
  readonly pushes: number;
  readonly seconds: number;
}

export interface LoadWatcher {
  figures(): WatcherFigures;
  close(): void;
}

const ANSWER_MS = 60_000;

export function watchUnderLoad(url: string, request: RequestInput<"federation:watch">): LoadWatcher {
  const socket = io(url, { transports: ["websocket"], forceNew: true });
  let began = Number.NaN;
  let bytes = 0;
  let pushes = 0;
  socket.on("connect", async () => {
    await socket.timeout(ANSWER_MS).emitWithAck("session:hello", { protocolVersion: PROTOCOL_VERSION });
    await socket.timeout(ANSWER_MS).emitWithAck("federation:watch", request);
    began = performance.now();
  });
  socket.on(changeEvent, (change: Buffer, taken: () => void) => {
    bytes += change.byteLength;
    pushes++;
    taken();
  });
  return {
    figures: () => ({ bytes, pushes, seconds: (performance.now() - began) / 1000 }),
    close: () => void socket.close(),
  };
}
