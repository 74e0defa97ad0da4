/**
 * Messages between members of a team as the coordinator relays them: cut into frames, each sealed with AES-256-GCM. A stream is from one
 * member to one other, or to all, for the length of one connection; it has a key of its own (HKDF of the team's key over all that it is bound
 * to), so that the number of a frame is its nonce. Frames of another stream, sent again, left out or out of order do not open.
 *
 *   frame: stream [16], number u32 little-endian, sealed (flags u8, piece of the message)
 */
import { algorithms } from "../secureAggregation/algorithms.ts";
import { derivedKey } from "../secureAggregation/keyAgreement.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import { TeamError } from "./teamError.ts";

/** Of a message in one frame. */
export const PIECE_BYTES = 192 * 1024;
const STREAM_BYTES = 16;
const HEADER_BYTES = STREAM_BYTES + 4;
const FIRST = 1;
const LAST = 2;
/** Of a message that is put together: an adapter's state and more. */
const MAX_MESSAGE_BYTES = 512 * 1024 * 1024;

/** Who sends to whom; `to` is null for all. */
export interface StreamEnds {
  readonly room: string;
  readonly from: string;
  readonly to: string | null;
}

export interface StreamSender {
  /** The frames of one message, in the order in which they must be sent. */
  frames(message: Uint8Array): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

export function createStreamSender(key: Uint8Array, ends: StreamEnds, randomBytes = systemRandomBytes): StreamSender {
  const stream = randomBytes(STREAM_BYTES);
  const own = streamKey(key, ends, stream);
  let number = 0;
  return {
    async *frames(message) {
      const { seal } = await algorithms();
      for (let start = 0; start === 0 || start < message.length; start += PIECE_BYTES) {
        const piece = message.subarray(start, start + PIECE_BYTES);
        const flags = (start === 0 ? FIRST : 0) | (start + PIECE_BYTES >= message.length ? LAST : 0);
        const plain = new Uint8Array(1 + piece.length);
        plain[0] = flags;
        plain.set(piece, 1);
        const header = headerOf(stream, number++);
        yield joined(header, await seal(own, nonceOf(header), header, plain));
      }
    },
  };
}

export interface StreamReceiver {
  /** The message that this frame ends; null while it goes on. @throws {TeamError} "sealed", "order" */
  receive(frame: Uint8Array): Promise<Uint8Array | null>;
}

/**
 * What arrives from one end to the other; a stream begins with its first frame, or where one that was missed ends. Frames must be given one
 * after the other.
 */
export function createStreamReceiver(key: Uint8Array, ends: StreamEnds): StreamReceiver {
  let stream: { readonly id: string; readonly key: Uint8Array; next: number } | null = null;
  let pieces: Uint8Array[] = [];
  /** Those that are over: nothing of them comes again. */
  const past = new Set<string>();

  return {
    async receive(frame) {
      if (frame.length < HEADER_BYTES) throw new TeamError("sealed", ["teamFrameShort"]);
      const header = frame.slice(0, HEADER_BYTES);
      const number = new DataView(header.buffer).getUint32(STREAM_BYTES, true);
      const id = header.subarray(0, STREAM_BYTES).join();
      const known = stream?.id === id ? stream : null;
      if (known && number !== known.next) throw new TeamError("order", ["teamFrameOutOfOrder"]);
      if (past.has(id)) throw new TeamError("order", ["teamFrameAgain"]);
      const used = known ?? { id, key: streamKey(key, ends, header.subarray(0, STREAM_BYTES)), next: number };
      const plain = await opened(used.key, header, frame.subarray(HEADER_BYTES));
      if (!known) pieces = [];
      if (!known && stream) past.add(stream.id);
      stream = used;
      used.next = number + 1;
      return put(plain);
    },
  };

  function put(plain: Uint8Array): Uint8Array | null {
    const flags = plain[0] ?? 0;
    if (flags & FIRST) pieces = [];
    // Its beginning was before this end listened.
    else if (pieces.length === 0) return null;
    pieces.push(plain.subarray(1));
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (bytes > MAX_MESSAGE_BYTES) throw new TeamError("order", ["teamMessageLong"]);
    if (!(flags & LAST)) return null;
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    pieces = [];
    return whole;
  }
}

async function opened(key: Uint8Array, header: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  const { open } = await algorithms();
  try {
    return await open(key, nonceOf(header), header, sealed);
  } catch (cause) {
    throw new TeamError("sealed", ["otherTeamKey"], { cause });
  }
}

function streamKey(key: Uint8Array, { room, from, to }: StreamEnds, stream: Uint8Array): Uint8Array {
  return derivedKey(key, new TextEncoder().encode(JSON.stringify(["duet team stream", room, from, to, [...stream]])));
}

function headerOf(stream: Uint8Array, number: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(stream);
  new DataView(header.buffer).setUint32(STREAM_BYTES, number, true);
  return header;
}

/** 12 bytes: under a stream's own key the number of the frame is enough. */
function nonceOf(header: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(header.subarray(STREAM_BYTES, HEADER_BYTES));
  return nonce;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
