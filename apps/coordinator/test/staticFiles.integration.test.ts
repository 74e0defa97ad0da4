import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { get, type IncomingHttpHeaders } from "node:http";
import { resolve } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeEach, expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";

/** What is promised: docs/deploy.md has what it is. */
const BUDGET_BYTES = 300_000;
/** What is not compressed: it travels in one packet either way. */
const ONE_PACKET_BYTES = 1400;

let url = "";
beforeEach(async () => {
  ({ url } = await startCoordinator({ webDir: resolve("dist/web"), samplesDir: resolve(".cache/samples") }));
});

/** As it travels: Node's own fetch would take the compression off. */
async function wire(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const request = get(new URL(path, `${url}/`), { headers });
  const [answer] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** Addresses that index.html pulls. */
async function initialFiles(): Promise<string[]> {
  const { body } = await wire("", { accept: "text/html" });
  return ["", ...[...body.toString().matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map((match) => match[1] ?? "")];
}

test.each(["br", "gzip"])("the front page takes at most 300 kB on the wire with %s", async (encoding) => {
  const files = await initialFiles();
  expect(files.length).toBeGreaterThan(2);
  let total = 0;
  for (const file of files) {
    const { status, headers, body } = await wire(file, { "accept-encoding": encoding, accept: "text/html" });
    const { body: plain } = await wire(file, { "accept-encoding": "identity", accept: "text/html" });
    const isWhole = file === "" || plain.length < ONE_PACKET_BYTES;
    expect([file, status, headers["content-encoding"]]).toEqual([file, 200, isWhole ? undefined : encoding]);
    total += body.length + JSON.stringify(headers).length;
  }
  expect(total).toBeLessThan(BUDGET_BYTES);
});

test.each<readonly [string, () => Promise<string>, RegExp, RegExp]>([
  [
    "script",
    async () => `assets/${(await readdir("dist/web/assets")).find((name) => /^index-.*\.js$/.test(name))}`,
    /javascript/,
    /immutable/,
  ],
  ["wasm", async () => "wasm/tfjs-backend-wasm.wasm", /^application\/wasm/, /^no-cache$/],
  ["sample", async () => "samples/medical.json", /^application\/json/, /^no-cache$/],
])("a %s is sent in the form that was asked for, and kept as long as it is right", async (_, pathOf, type, caching) => {
  const path = await pathOf();
  const plain = await wire(path);
  expect(plain.headers["content-encoding"]).toBeUndefined();
  const tags = new Set([plain.headers.etag]);
  for (const [accepted, encoding, decode] of [
    ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
    ["gzip, deflate", "gzip", gunzipSync],
    ["br;q=0, gzip", "gzip", gunzipSync],
  ] as const) {
    const { headers, body } = await wire(path, { "accept-encoding": accepted });
    expect(headers).toMatchObject({ "content-encoding": encoding, vary: expect.stringMatching(/accept-encoding/i) });
    expect(headers["content-length"]).toBe(String(body.length));
    expect(headers["content-type"]).toMatch(type);
    expect(headers["cache-control"]).toMatch(caching);
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    expect(Buffer.compare(decode(body), plain.body)).toBe(0);
    tags.add(headers.etag);
    const again = await wire(path, { "accept-encoding": accepted, "if-none-match": headers.etag ?? "" });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  }
  expect(tags.size).toBe(3);
  expect(plain.headers.vary).toMatch(/accept-encoding/i);
});

test("the compressed forms have no addresses of their own, and models travel as they are", async () => {
  const script = (await readdir("dist/web/assets")).find((name) => /^index-.*\.js$/.test(name));
  for (const path of [`assets/${script}.br`, `assets/${script}.gz`, "samples/medical.json.br", "samples/medical.LICENSE.txt"]) {
    expect([path, (await wire(path)).status]).toEqual([path, 404]);
  }
  const model = await wire("models/duet-tiny/tokenizer.json", { "accept-encoding": "br, gzip" });
  expect(model.headers["content-encoding"]).toBeUndefined();
});
