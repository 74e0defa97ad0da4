import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { hubFileUrl, parseHubAddress } from "../checkpoints/hubAddress.ts";
import { download, type ModelDownloadError } from "../checkpoints/resumableDownload.ts";
import { writeSafetensors } from "../checkpoints/safetensors.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";
import { normal, random } from "../tensors/random.ts";
import { downloadModel } from "./downloadModel.ts";

type Files = Readonly<Record<string, Uint8Array | object>>;

interface HubOptions {
  /** Bytes after which the n-th answer with weights is cut; answers beyond the list are whole. */
  readonly cuts?: readonly number[];
  /** Without it nothing can be resumed. */
  readonly etag?: (request: number) => string | null;
}

interface Hub {
  readonly address: string;
  /** "file" or "file bytes=100-" of every request for weights. */
  readonly requests: readonly string[];
}

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server with the layout of a hub, /acme/tiny/resolve/v1.0/FILE, whose connections break. */
async function startHub(files: Files, { cuts = [], etag = () => '"one"' }: HubOptions = {}): Promise<Hub> {
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const file = /^\/acme\/tiny\/resolve\/v1\.0\/([^/]+)$/.exec(request.url ?? "")?.[1] ?? "";
    const content = files[file];
    if (content === undefined) return response.writeHead(404).end("not here");
    if (!(content instanceof Uint8Array)) return response.end(JSON.stringify(content));
    const { range, "if-range": ifRange } = request.headers;
    const version = etag(requests.length);
    const cut = cuts[requests.length];
    requests.push(range ? `${file} ${range}` : file);
    const start = range && ifRange === version ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      ...(version === null ? {} : { etag: version }),
      ...(start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
      "content-length": content.length - start,
    });
    if (cut === undefined) return response.end(content.subarray(start));
    return response.write(content.subarray(start, start + cut), () => response.destroy());
  };
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port");
  return { address: `http://127.0.0.1:${bound.port}`, requests };
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const tensor = (name: string): HostTensor => {
  const uniform = random(7, name);
  return { shape: [50, 40], data: Float32Array.from({ length: 2000 }, () => normal(uniform)) };
};
const first = new Map(["a", "b"].map((name) => [name, tensor(name)]));
const second = new Map([["c", tensor("c")]]);
const whole = writeSafetensors(first);
const folder = { "config.json": { model_type: "llama" }, "tokenizer.json": { version: "1.0" } };
const tiny = parseHubAddress("acme/tiny@v1.0");
const quick = { onProgress: () => {}, retryMs: 1 };

describe("a download whose connection breaks", () => {
  const file = { "model.safetensors": whole };
  const at = (hub: Hub) => hubFileUrl(hub.address, tiny, "model.safetensors");

  it("goes on where it ended, and counts every byte once", async () => {
    const hub = await startHub(file, { cuts: [5000, 1, 3000] });
    const seen: number[] = [];
    const onProgress = ({ receivedBytes, totalBytes }: { receivedBytes: number; totalBytes: number | null }) => {
      expect(totalBytes).toBe(whole.length);
      seen.push(receivedBytes);
    };
    expect(await download(at(hub), { sha256: sha256(whole), onProgress, retryMs: 1 })).toEqual(whole);
    expect(hub.requests).toEqual(["model.safetensors", ...[5000, 5001, 8001].map((from) => `model.safetensors bytes=${from}-`)]);
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBe(whole.length);
  });

  it("starts again when the file has changed meanwhile", async () => {
    const hub = await startHub(file, { cuts: [5000], etag: (request) => `"${request}"` });
    expect(await download(at(hub), { sha256: sha256(whole), ...quick })).toEqual(whole);
    expect(hub.requests).toEqual(["model.safetensors", "model.safetensors bytes=5000-"]);
  });

  it("starts again when the server does not name its version", async () => {
    const hub = await startHub(file, { cuts: [5000], etag: () => null });
    expect(await download(at(hub), { sha256: sha256(whole), ...quick })).toEqual(whole);
    expect(hub.requests).toEqual(["model.safetensors", "model.safetensors"]);
  });

  it("is given up when attempts bring nothing, and when there is no server", async () => {
    const hub = await startHub(file, { cuts: [100, 0, 0, 0, 0] });
    const name = "ModelDownloadError";
    await expect(download(at(hub), { sha256: null, ...quick })).rejects.toMatchObject({ name, status: null });
    expect(hub.requests).toHaveLength(5);
    server?.closeAllConnections();
    server?.close();
    await expect(download(at(hub), { sha256: null, ...quick })).rejects.toMatchObject({ name, status: null });
  });

  it("refuses another file than agreed on, and one that is not there", async () => {
    const hub = await startHub(file);
    await expect(download(at(hub), { sha256: sha256(Uint8Array.of(1, 2, 3)), ...quick })).rejects.toThrow(
      "not the ones this federation agreed on",
    );
    const missing = hubFileUrl(hub.address, tiny, "other.safetensors");
    await expect(download(missing, { sha256: null, ...quick })).rejects.toMatchObject({
      status: 404,
    } satisfies Partial<ModelDownloadError>);
  });
});

describe("a model on a hub", () => {
  const shards = { "one.safetensors": whole, "two.safetensors": writeSafetensors(second) };
  const index = (weight_map: Record<string, string>) => ({
    ...folder,
    ...shards,
    "model.safetensors.index.json": { weight_map },
  });
  const right = { a: "one.safetensors", b: "one.safetensors", c: "two.safetensors" };
  const fetchFrom = (hub: Hub, hashes: ReadonlyMap<string, string> | null = null) =>
    downloadModel({ urlOf: (file) => hubFileUrl(hub.address, tiny, file), sha256: hashes, onProgress: () => {} });

  it("comes in one file", async () => {
    const hub = await startHub({ ...folder, "model.safetensors": whole });
    const model = await fetchFrom(hub, new Map([["model.safetensors", sha256(whole)]]));
    expect(model).toEqual({ config: { model_type: "llama" }, tokenizer: { version: "1.0" }, weights: first });
  });

  it("comes in shards, each checked and each once", async () => {
    const hub = await startHub(index(right), { cuts: [2000] });
    const hashes = new Map(Object.entries(shards).map(([file, bytes]) => [file, sha256(bytes)]));
    const { weights } = await fetchFrom(hub, hashes);
    expect(weights).toEqual(new Map([...first, ...second]));
    expect(hub.requests).toEqual(["one.safetensors", "one.safetensors bytes=2000-", "two.safetensors"]);
    await expect(fetchFrom(hub)).resolves.toMatchObject({ weights });
    await expect(fetchFrom(hub, new Map([["one.safetensors", sha256(whole)]]))).rejects.toThrow(
      "No SHA-256 was agreed on for two",
    );
  });

  it.each([
    ["a tensor that no shard has", { ...right, d: "two.safetensors" }, "two.safetensors has no tensor d"],
    ["a tensor in another shard", { ...right, c: "one.safetensors" }, "index"],
    [
      "a tensor that is left out",
      { a: "one.safetensors", c: "two.safetensors" },
      "has the tensor b, which the index does not say",
    ],
    ["a path instead of a name", { ...right, c: "../two.safetensors" }, "index is not valid at weight_map.c"],
    ["no files", {}, "its index names 0 files"],
  ])("is refused when its index names %s", async (_, weightMap, message) => {
    const hub = await startHub(index(weightMap));
    await expect(fetchFrom(hub)).rejects.toThrow(message);
  });

  it("is refused when a file is missing or not JSON", async () => {
    await expect(fetchFrom(await startHub(folder))).rejects.toThrow("model.safetensors.index.json cannot be had (HTTP 404)");
    server?.close();
    const odd = { ...folder, "config.json": new Uint8Array([0x7b]), "model.safetensors": whole };
    await expect(fetchFrom(await startHub(odd))).rejects.toThrow("config.json is not JSON");
  });
});

describe("a model's address", () => {
  it("is owner, name and revision", () => {
    expect(parseHubAddress(" HuggingFaceTB/SmolLM2-135M ")).toEqual({
      owner: "HuggingFaceTB",
      name: "SmolLM2-135M",
      revision: "main",
    });
    const pull = parseHubAddress("acme/tiny.en@refs/pr/1");
    expect(pull.revision).toBe("refs/pr/1");
    expect(hubFileUrl("https://hub.example.org/", pull, "config.json")).toBe(
      "https://hub.example.org/acme/tiny.en/resolve/refs%2Fpr%2F1/config.json",
    );
  });

  it.each(["tiny", "acme/", "acme/tiny/more", "../tiny", "acme/tiny@", "acme/tiny@../..", "https://x.org/a/b", "a b/c"])(
    "is not %s",
    (text) => {
      expect(() => parseHubAddress(text)).toThrow(RangeError);
    },
  );
});
