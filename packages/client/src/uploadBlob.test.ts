import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { uploadBlob } from "./uploadBlob.ts";

/** Answers the first pieces with these, then takes all of every piece. Says where it listens, and what it was sent. */
async function listening(first: readonly { readonly status: number; readonly body: unknown }[]) {
  const pieces: string[] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).byteLength;
    const { status, body } = first[pieces.length] ?? { status: 200, body: { ok: true, data: { receivedBytes: bytes } } };
    pieces.push(String(request.headers["content-range"]));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pieces };
}

function send(url: string, content = new Uint8Array(1000).fill(7)): Promise<void> {
  const blob = { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
  return uploadBlob({ url, federationId: "f", headers: {}, blob, content, onSent: () => {}, onHeld: () => {} });
}

const refusal = (message: string) => ({ ok: false, error: { code: "INVALID_PAYLOAD", message } });

test("a piece that took too long to arrive is sent again", async () => {
  const { url, pieces } = await listening([
    { status: 408, body: refusal("This request took too long to arrive") },
    { status: 200, body: { ok: true, data: { receivedBytes: 0 } } },
  ]);
  await send(url);
  expect(pieces).toHaveLength(3);
});

test("who is told to come again in minutes asks within seconds: a round may be over by then", async () => {
  const { setTimeout: wait } = globalThis;
  const waited: number[] = [];
  const spy = vi.spyOn(globalThis, "setTimeout").mockImplementation(((then: () => void, ms = 0) => {
    const isOurs = ms >= 5_000 && ms <= 7_500;
    if (isOurs) waited.push(ms);
    return wait(then, isOurs ? 0 : ms);
  }) as typeof setTimeout);
  onTestFinished(() => spy.mockRestore());
  const busy = { code: "QUOTA_USED_UP", message: "Uploads come too fast", retryAfterMs: 300_000 };
  const { url, pieces } = await listening([
    { status: 429, body: { ok: false, error: busy } },
    { status: 200, body: { ok: true, data: { receivedBytes: 0 } } },
  ]);
  await send(url);
  expect(pieces).toHaveLength(3);
  expect(waited).toHaveLength(1);
});

test("a piece that is refused for what it is, is not", async () => {
  const { url, pieces } = await listening([{ status: 400, body: refusal("Content-Range must name a piece of an adapter") }]);
  await expect(send(url)).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
  expect(pieces).toHaveLength(1);
});
