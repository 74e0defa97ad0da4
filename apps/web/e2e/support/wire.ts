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
export function occurrences({ sent }: Pick<Wire, "sent">, words: readonly string[]): number {
  const needles = words
    .flatMap((word) => [Buffer.from(word, "utf8"), Buffer.from(word, "utf16le")])
    .flatMap((word) => [word, Buffer.from(word.toString("hex")), ...inBase64(word)]);
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
