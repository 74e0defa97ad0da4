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

/** How often any of the words stands in what was sent, in UTF-8 or UTF-16. */
export function occurrences({ sent }: Wire, words: readonly string[]): number {
  const needles = words.flatMap((word) => [Buffer.from(word, "utf8"), Buffer.from(word, "utf16le")]);
  return sent.filter((bytes) => needles.some((needle) => bytes.includes(needle))).length;
}
