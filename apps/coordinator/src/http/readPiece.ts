/** The body of a request that carries a piece of an adapter. */
import type { IncomingMessage } from "node:http";
import { createLoopTurns } from "../ports/loopTurns.ts";
import { Refusal } from "../refusal.ts";

/** Chunks of some 64 KiB that are taken in one turn of the event loop, from all who send: what is not taken waits on its socket. */
const CHUNKS_PER_TURN = 8;
const nextTurn = createLoopTurns(CHUNKS_PER_TURN);

/** @throws {Refusal} INVALID_PAYLOAD when the body is not `length` bytes long, as soon as that is known, or breaks off. */
export async function readPiece(body: IncomingMessage, length: number): Promise<Buffer> {
  if (Number(body.headers["content-length"] ?? length) !== length) throw new Refusal("INVALID_PAYLOAD", ["otherLength"]);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of piecesOf(body)) {
    bytes += chunk.byteLength;
    if (bytes > length) throw new Refusal("INVALID_PAYLOAD", ["otherLength"]);
    chunks.push(chunk);
    await nextTurn();
  }
  return Buffer.concat(chunks, bytes);
}

async function* piecesOf(body: IncomingMessage): AsyncIterable<Buffer> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch {
    throw new Refusal("INVALID_PAYLOAD", ["bodyBrokeOff"]);
  }
}
