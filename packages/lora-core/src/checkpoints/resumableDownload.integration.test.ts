import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { normal, random } from "../tensors/random.ts";
import { hubFileUrl, parseHubAddress } from "./hubAddress.ts";
import { download, type ModelDownloadError } from "./resumableDownload.ts";
import { writeSafetensors } from "./safetensors.ts";
import { type HubUnderTest, startHub } from "./testing/hubServer.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const uniform = random(7, "download");
const data = Float32Array.from({ length: 4000 }, () => normal(uniform));
const whole = writeSafetensors(new Map([["a", { shape: [4000], data }]]));
const tiny = parseHubAddress("acme/tiny@v1.0");
const quick = { onProgress: () => {}, retryMs: 1 };

describe("a download whose connection breaks", () => {
  const file = { "model.safetensors": whole };
  const at = (hub: HubUnderTest) => hubFileUrl(hub.address, tiny, "model.safetensors");

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
    expect(await download(at(hub), { sha256: null, ...quick })).toEqual(whole);
    expect(hub.requests).toEqual(["model.safetensors", "model.safetensors bytes=5000-"]);
  });

  it("starts again when the parts turn out to be of two versions", async () => {
    const changing: { "model.safetensors": Uint8Array } = { "model.safetensors": whole.map((byte) => byte ^ 1) };
    const hub = await startHub(changing, { cuts: [5000] });
    const onProgress = () => {
      changing["model.safetensors"] = whole;
    };
    expect(await download(at(hub), { sha256: sha256(whole), onProgress, retryMs: 1 })).toEqual(whole);
    expect(hub.requests).toEqual(["model.safetensors", "model.safetensors bytes=5000-", "model.safetensors"]);
  });

  it("goes on by the SHA-256 alone when the server does not name its version, and starts again without either", async () => {
    const unnamed = { cuts: [5000], etag: () => null };
    const pinned = await startHub(file, unnamed);
    expect(await download(at(pinned), { sha256: sha256(whole), ...quick })).toEqual(whole);
    expect(pinned.requests).toEqual(["model.safetensors", "model.safetensors bytes=5000-"]);
    const open = await startHub(file, unnamed);
    expect(await download(at(open), { sha256: null, ...quick })).toEqual(whole);
    expect(open.requests).toEqual(["model.safetensors", "model.safetensors"]);
  });

  it("is given up when attempts bring nothing, and when there is no server", async () => {
    const hub = await startHub(file, { cuts: [100, ...Array<number>(30).fill(0)] });
    const name = "ModelDownloadError";
    await expect(download(at(hub), { sha256: null, ...quick })).rejects.toMatchObject({ name, status: null });
    expect(hub.requests).toHaveLength(31);
    const mute = await startHub(file, { cuts: [0, 0, 0, 0] });
    await expect(download(at(mute), { sha256: null, ...quick })).rejects.toMatchObject({ name, status: null });
    expect(mute.requests).toHaveLength(4);
    hub.close();
    await expect(download(at(hub), { sha256: null, ...quick })).rejects.toMatchObject({ name, status: null });
  });

  it("refuses another file than agreed on, and one that is not there", async () => {
    const hub = await startHub(file);
    await expect(download(at(hub), { sha256: sha256(Uint8Array.of(1, 2, 3)), ...quick })).rejects.toThrow(
      "is not the file this federation agreed on",
    );
    const missing = hubFileUrl(hub.address, tiny, "other.safetensors");
    await expect(download(missing, { sha256: null, ...quick })).rejects.toMatchObject({
      status: 404,
    } satisfies Partial<ModelDownloadError>);
  });
});
