/** Adapters over HTTP, as strangers and unlucky clients send and ask for them. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { blobPath, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { MAX_ADAPTER_BYTES, MAX_PIECE_BYTES } from "@duet/lora-core/protocol/limits";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { blobRefOf, clientOwner, codeOfRefusal, connectClient, type Owner, putPiece } from "./support/testClient.ts";

const adapter = constantAdapter(0.25);
const { sha256, bytes } = blobRefOf(adapter);
const submission = { round: 1, adapter: { sha256, bytes }, metrics: testMetrics() };

async function inRoundOne() {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const [anna, bram] = [await joinAs(coordinator, created, "anna"), await joinAs(coordinator, created, "bram")];
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  const owner = clientOwner(coordinator.url, created.federationId, anna.resumeToken);
  const folderOf = (kind: string) => join(coordinator.dataDir, kind, created.federationId);
  const [uploads, blobs] = [folderOf("uploads"), folderOf("blobs")];
  return { coordinator, organiser, created, anna, bram, owner, uploads, blobs };
}

/** A request of any kind; its status and, if it has one, its code. */
async function ask(owner: Owner, path: string, init: RequestInit = {}) {
  const response = await fetch(owner.url + path, { ...init, headers: { ...owner.headers, ...init.headers } });
  const text = await response.text();
  return [response.status, /"code":"(\w+)"/.exec(text)?.[1] ?? null];
}

test("pieces add up in order: a repeated one changes nothing, one from further on is not taken, the whole is there at once", async () => {
  const { owner, anna, organiser, uploads, blobs } = await inRoundOne();
  expect(await putPiece(owner, adapter, { start: 0, end: 0 })).toBe(0);
  expect(await putPiece(owner, adapter, { end: 5000 })).toBe(5000);
  expect(await putPiece(owner, adapter, { start: 0, end: 0 })).toBe(5000);
  expect(await putPiece(owner, adapter, { end: 5000 })).toBe(5000);
  expect(await putPiece(owner, adapter, { start: 9000, end: 9500 })).toBe(5000);
  expect(await putPiece(owner, adapter, { start: 4000, end: 6000 })).toBe(6000);
  expect(await anna.client.codeOf("round:submit", submission)).toBe("BLOB_MISSING");
  // Two requests with the same piece, as after a timeout.
  const both = [putPiece(owner, adapter, { start: 6000 }), putPiece(owner, adapter, { start: 6000 })];
  expect(await Promise.all(both)).toEqual([bytes, bytes]);
  expect(await readdir(uploads)).toHaveLength(1);
  expect(await putPiece(owner, adapter)).toBe(bytes);
  await anna.client.call("round:submit", submission);
  await expect.poll(() => readdir(uploads)).toEqual([]);
  // Its acknowledgement may have been lost: nothing more is needed of it.
  expect(await putPiece(owner, adapter, { start: 0, end: 0 })).toBe(bytes);
  await anna.client.call("round:submit", submission);
  const shown = await organiser.until(({ openRound }) => openRound?.submitted.length === 1, "one submission");
  expect(shown.clients[0]?.bytesUp).toBe(bytes);
  expect(await readdir(uploads)).toEqual([]);
  expect(await readdir(blobs)).toEqual([sha256]);
});

test("a hash that does not fit costs its sender the upload, which then starts again", async () => {
  const { owner, anna } = await inRoundOne();
  const other = constantAdapter(0.5);
  expect(await codeOfRefusal(putPiece(owner, other, { name: sha256 }))).toBe("BLOB_MISSING");
  expect(await anna.client.codeOf("round:submit", submission)).toBe("BLOB_MISSING");
  // The beginning of another one under this name, and then its right end.
  expect(await putPiece(owner, other, { end: 100, name: sha256 })).toBe(100);
  expect(await codeOfRefusal(putPiece(owner, adapter, { start: 100 }))).toBe("BLOB_MISSING");
  expect(await putPiece(owner, adapter, { start: 0, end: 0 })).toBe(0);
  expect(await putPiece(owner, adapter)).toBe(bytes);
  expect(await anna.client.codeOf("round:submit", submission)).toBe("OK");
});

test("strangers, paths, lies about sizes and floods are refused, and nothing lies where it should not", async () => {
  const { coordinator, created, owner, bram, uploads } = await inRoundOne();
  const files = async () => (await readdir(coordinator.dataDir, { recursive: true })).sort();
  const before = await files();
  const as = (secret: string) => clientOwner(owner.url, owner.federationId, secret);
  for (const secret of ["", "x".repeat(32), created.inviteToken, created.watchToken, created.organiserKey]) {
    expect([secret, await codeOfRefusal(putPiece(as(secret), adapter))]).toEqual([secret, "FORBIDDEN"]);
  }
  expect(await codeOfRefusal(putPiece({ ...owner, headers: {} }, adapter))).toBe("FORBIDDEN");
  expect(await codeOfRefusal(putPiece({ ...owner, federationId: "elsewhere" }, adapter))).toBe("FORBIDDEN");
  for (const name of ["..%2f..%2fjournal.jsonl", "a".repeat(63), "A".repeat(64), `${"a".repeat(63)}.`]) {
    expect([name, await codeOfRefusal(putPiece(owner, adapter, { name }))]).toEqual([name, "INVALID_PAYLOAD"]);
  }
  const put = (range: string, length: number, type = "application/octet-stream") =>
    ask(owner, blobPath(created.federationId, sha256), {
      method: "PUT",
      headers: { "content-range": range, "content-type": type },
      body: new Uint8Array(length),
    });
  const tooMuch = [
    [`bytes 0-99/${MAX_ADAPTER_BYTES + 1}`, 100, 400],
    [`bytes 0-${bytes}/${bytes}`, bytes + 1, 400],
    [`bytes 9-4/${bytes}`, 1, 400],
    ["bytes 0-99/*", 100, 400],
    ["bytes 0-99/0", 100, 400],
    ["100", 100, 400],
    [`bytes 0-99/${bytes}`, 100 + 1, 400],
    [`bytes 0-99/${bytes}`, 99, 400],
    [`bytes */${bytes}`, 100, 400],
    [`bytes 0-${MAX_PIECE_BYTES - 1}/${MAX_PIECE_BYTES}`, MAX_PIECE_BYTES + 1, 400],
    [`bytes 0-99/${bytes + 4}`, 100, 422],
  ] as const;
  for (const [range, length, status] of tooMuch) expect([range, (await put(range, length))[0]]).toEqual([range, status]);
  expect(await put(`bytes 0-99/${bytes}`, 100, "application/json")).toEqual([400, "INVALID_PAYLOAD"]);
  expect(await put(`bytes 0-99/${bytes}`, 100, "text/plain")).toEqual([400, "INVALID_PAYLOAD"]);
  expect(await files()).toEqual(before);

  // One upload a client: another name takes the place of the one before.
  for (const value of [1, 2, 3]) await putPiece(owner, constantAdapter(value), { end: 1000 });
  expect(await readdir(uploads)).toHaveLength(1);
  // More at once than a client has use for.
  const flood = Array.from({ length: 40 }, () => codeOfRefusal(putPiece(owner, adapter, { end: 1000 })));
  expect(new Set(await Promise.all(flood))).toEqual(new Set(["OK", "RATE_LIMITED"]));

  await bram.client.call("client:leave", {});
  expect(await codeOfRefusal(putPiece(as(bram.resumeToken), adapter))).toBe("NOT_JOINED");
});

test("what one round has not taken is forgotten with it", async () => {
  const { coordinator, organiser, anna, bram, owner, uploads } = await inRoundOne();
  await putPiece(owner, adapter, { end: 1000 });
  await bram.client.submit({ round: 1, adapter, metrics: testMetrics() });
  coordinator.clock.advance(600_000);
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await expect.poll(() => readdir(uploads)).toEqual([]);
  expect(await anna.client.codeOf("round:submit", submission)).toBe("WRONG_ROUND");
});

test("an adapter asked for many times is made and counted once, resumed by ranges, and for clients only", async () => {
  const { organiser, created, anna, bram, owner, blobs } = await inRoundOne();
  const asked = Array.from({ length: 20 }, () => anna.client.call("round:fetch", { round: 1 }));
  const [first, ...others] = await Promise.all(asked);
  for (const reply of others) expect(reply).toEqual(first);
  await bram.client.call("round:fetch", { round: 1 });
  expect(await readdir(blobs)).toEqual([first?.adapter?.sha256]);
  const counted = await organiser.until(({ clients }) => (clients[1]?.bytesDown ?? 0) > 0, "bram's download");
  expect(counted.clients.map(({ bytesDown }) => bytesDown)).toEqual([bytes, bytes]);

  const address = owner.url + blobPath(created.federationId, first?.adapter?.sha256 ?? "");
  const whole = await fetch(address, { headers: owner.headers });
  expect(whole.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
  const content = new Uint8Array(await whole.arrayBuffer());
  expect(blobRefOf(content)).toEqual(first?.adapter);
  const rest = await fetch(address, { headers: { ...owner.headers, range: "bytes=1000-" } });
  expect([rest.status, rest.headers.get("content-range")]).toEqual([206, `bytes 1000-${bytes - 1}/${bytes}`]);
  expect(new Uint8Array(await rest.arrayBuffer())).toEqual(content.subarray(1000));

  const path = blobPath(created.federationId, first?.adapter?.sha256 ?? "");
  const as = (secret: string) => ({ ...owner, headers: { [RESUME_TOKEN_HEADER]: secret } });
  expect(await ask(as("x".repeat(32)), path)).toEqual([403, "FORBIDDEN"]);
  expect(await ask({ ...owner, headers: {} }, path)).toEqual([403, "FORBIDDEN"]);
  expect(await ask(owner, blobPath(created.federationId, sha256))).toEqual([404, "NOT_FOUND"]);
  expect(await ask(owner, blobPath(created.federationId, "..%2f..%2fjournal.jsonl"))).toEqual([404, "NOT_FOUND"]);
  // What clients send is for the method only.
  await putPiece(owner, adapter);
  expect(await ask(owner, blobPath(created.federationId, sha256))).toEqual([404, "NOT_FOUND"]);

  for (const { client } of [anna, bram]) await client.submit({ round: 1, adapter, metrics: testMetrics() });
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await expect.poll(() => readdir(blobs)).not.toContain(first?.adapter?.sha256);
  expect(await ask(owner, path)).toEqual([404, "NOT_FOUND"]);
});

test("a submission said many times at once is stored and counted once", async () => {
  const { organiser, anna, owner, blobs } = await inRoundOne();
  await putPiece(owner, adapter);
  await Promise.all(Array.from({ length: 20 }, () => anna.client.call("round:submit", submission)));
  expect(await readdir(blobs)).toHaveLength(1);
  const shown = await organiser.until(({ openRound }) => openRound?.submitted.length === 1, "one submission");
  expect(shown.clients[0]).toMatchObject({ bytesUp: bytes, history: [{ round: 1 }] });
});

test("a client that was removed or taken over is told why, and cannot act or transfer as that client", async () => {
  const { coordinator, organiser, created, anna, bram, owner } = await inRoundOne();
  const { federationId, organiserKey, watchToken } = created;
  const second = await joinAs(coordinator, created, "bram again", { resumeToken: bram.resumeToken });
  await expect.poll(() => bram.client.replacedBecause).toMatch(/another tab, which goes on/);
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "remove", clientId: anna.clientId } });
  await expect.poll(() => anna.client.replacedBecause).toBe("The organiser removed this client");

  const progress = { round: 1, activity: "training", slot: "shared", step: 1, steps: 3, loss: 0.4, tokensPerSecond: 600 };
  for (const { client } of [anna, bram]) {
    expect(client.socket.connected).toBe(true);
    expect(await client.codeOf("round:fetch", { round: 1 })).toBe("FORBIDDEN");
    expect(await client.codeOf("round:submit", submission)).toBe("FORBIDDEN");
    expect(await client.codeOf("client:progress", progress)).toBe("FORBIDDEN");
    expect(await client.codeOf("client:leave", {})).toBe("FORBIDDEN");
  }
  await expect(anna.client.call("round:fetch", { round: 1 })).rejects.toThrow("FORBIDDEN: The organiser removed this client");
  await expect(putPiece(owner, adapter)).rejects.toThrow("FORBIDDEN: The organiser removed this client");

  await second.client.submit({ round: 1, adapter, metrics: testMetrics() });
  for (const { client } of [bram, second]) await client.until(({ openRound }) => openRound?.round === 2, "round 2");
  // Who was removed sees no more of it, and cannot ask for more; who was taken over may.
  expect(anna.client.latest?.openRound?.round).toBe(1);
  const address = `${coordinator.url}/federations/${federationId}/adapters/1.safetensors`;
  for (const [token, status] of [
    [watchToken, 200],
    [bram.resumeToken, 200],
    [anna.resumeToken, 403],
  ] as const) {
    expect((await fetch(address, { headers: { "x-watch-token": token } })).status).toBe(status);
  }
  // The second tab's going changes the client; the first one's does not.
  bram.client.socket.disconnect();
  second.client.socket.disconnect();
  const away = await organiser.until(({ clients }) => clients[1]?.status === "away", "bram's second tab is gone");
  expect(away.clients[0]).toMatchObject({ status: "left", note: "was removed by the organiser" });
});

test("who is turned away because it is full or over watches all the same", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1, maxClients: 1 });
  const { federationId, inviteToken, organiserKey } = created;
  const anna = await joinAs(coordinator, created, "anna");
  const late = await connectClient(coordinator.url);
  await late.call("federation:watch", { federationId, token: inviteToken });
  const join = { ...anna.request, name: "late", resumeToken: "l".repeat(32) };
  await expect(late.call("client:join", join)).rejects.toThrow("FEDERATION_FULL: This federation is full: it takes 1 client");
  await anna.client.submit({ round: 1, adapter, metrics: testMetrics() });
  await late.until(({ openRound }) => openRound?.round === 2, "round 2");
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "stop" } });
  await late.until(({ phase }) => phase === "stopped", "the end");
  await expect(late.call("client:join", join)).rejects.toThrow("FEDERATION_ENDED");
  await anna.client.until(({ phase }) => phase === "stopped", "the end, for who was in it");
  const address = `${coordinator.url}/federations/${federationId}/adapters/1.safetensors`;
  expect((await fetch(address, { headers: { "x-watch-token": inviteToken } })).status).toBe(200);
});
