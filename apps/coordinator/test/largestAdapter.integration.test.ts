/** The largest adapter that there may be, up and down over HTTP, through a round. */
import { createHash } from "node:crypto";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { blobPath } from "@duet/lora-core/protocol/blobs";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { MAX_PIECE_BYTES } from "@duet/lora-core/protocol/limits";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, duetTiny, joinRequest, testMetrics } from "./support/federations.ts";
import { blobRefOf, clientOwner, connectClient, putPiece } from "./support/testClient.ts";

/** 32 query projections of 2,048 x 2,048. */
const model: FederationConfig["model"] = {
  ...duetTiny,
  source: { kind: "files" },
  config: {
    ...duetTiny.config,
    hidden_size: 2048,
    head_dim: 64,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    num_hidden_layers: 32,
  },
};

/** Of rank 255: one more, and it is longer than an adapter may be by what the federation adds to it. */
const RANK = 255;
const BYTES = 32 * RANK * (2048 + 2048) * 4;

test("an adapter of 127.5 MiB arrives in pieces, is averaged, and comes down again as it was", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, {
    model,
    adapter: { rank: RANK, alpha: RANK, dropout: 0, targetModules: ["q_proj"] },
    minClients: 1,
    upload: { format: "f32", topK: null },
  });
  const anna = await connectClient(coordinator.url);
  const request = { ...joinRequest(created, "anna", 100), modelSha256: fingerprint(model.files) };
  await anna.call("client:join", { ...request, sees: "all" });
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.call("round:fetch", { round: 1 });

  const adapter = new Uint8Array(new Float32Array(BYTES / 4).fill(0.25).buffer);
  const owner = clientOwner(coordinator.url, created.federationId, request.resumeToken);
  const name = blobRefOf(adapter).sha256;
  for (let start = 0; start < adapter.byteLength; start += MAX_PIECE_BYTES) {
    const end = Math.min(adapter.byteLength, start + MAX_PIECE_BYTES);
    expect(await putPiece(owner, adapter, { start, end, name })).toBe(end);
  }
  await anna.call("round:submit", { round: 1, adapter: blobRefOf(adapter), metrics: testMetrics() });
  await anna.until(({ openRound }) => openRound?.round === 2, "round 2", 60_000);
  const { adapter: served } = await anna.call("round:fetch", { round: 2 });
  expect(served?.bytes).toBe(BYTES);
  const response = await fetch(coordinator.url + blobPath(created.federationId, served?.sha256 ?? ""), {
    headers: owner.headers,
  });
  const content = new Uint8Array(await response.arrayBuffer());
  expect(createHash("sha256").update(content).digest("hex")).toBe(served?.sha256);
  expect(content.byteLength).toBe(BYTES);
});
