/** Records everything a page sends: WebSocket frames and HTTP requests with their bodies. */
import type { Page } from "playwright";

export interface Wire {
  /** Every frame and request body that left the page, as bytes. */
  readonly sent: Buffer[];
  /** Bytes of request bodies seen: adapters travel in them. */
  bodyBytes: number;
}

/** Call before the page goes anywhere. */
export function recordWire(page: Page): Wire {
  const wire: Wire = { sent: [], bodyBytes: 0 };
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => wire.sent.push(Buffer.from(payload)));
  });
  page.on("request", (request) => {
    wire.sent.push(Buffer.from(`${request.method()} ${request.url()}\n${JSON.stringify(request.headers())}\n`));
    const body = request.postDataBuffer();
    if (!body) return;
    wire.sent.push(body);
    wire.bodyBytes += body.byteLength;
  });
  return wire;
}

/** How many of the messages hold any of the words: in UTF-8 or UTF-16, as they are, in base64 or in hexadecimal digits. */
export function occurrences(wire: Pick<Wire, "sent">, words: readonly string[]): number {
  return holding(
    wire,
    words.flatMap((word) => [Buffer.from(word, "utf8"), Buffer.from(word, "utf16le")]),
  );
}

/** How many of them hold any of the runs of token ids: as integers of 16 or 32 bits or float32, little-endian, or as numbers in JSON; encoded or not. */
export function tokenOccurrences(wire: Pick<Wire, "sent">, runs: readonly (readonly number[])[]): number {
  return holding(
    wire,
    runs.flatMap((ids) => [
      ...[Uint16Array, Uint32Array, Float32Array].map((Numbers) => Buffer.from(Numbers.from(ids).buffer)),
      ...[",", ", "].map((between) => Buffer.from(ids.join(between))),
    ]),
  );
}

function holding({ sent }: Pick<Wire, "sent">, plain: readonly Buffer[]): number {
  const needles = plain.flatMap((needle) => [needle, Buffer.from(needle.toString("hex")), ...inBase64(needle)]);
  return sent.filter((bytes) => needles.some((needle) => bytes.includes(needle))).length;
}

/** As it stands in the base64 of a longer text, wherever it begins: without the characters that its neighbours decide, of either alphabet. */
function inBase64(word: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), word]);
    const [from, to] = [Math.ceil((8 * before) / 6), Math.floor((8 * padded.length) / 6)];
    return (["base64", "base64url"] as const).map((kind) => Buffer.from(padded.toString(kind).slice(from, to)));
  });
}
