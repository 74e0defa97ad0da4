/** A client that only has a socket: it joins, and computes nothing. */
import { randomBytes } from "node:crypto";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import type { Page } from "playwright";
import type { OpenFederation, Stage } from "./stage.ts";

/** Joins with a socket of its own, which the caller closes. */
export async function arrive(
  { url }: Pick<Stage, "url">,
  model: BaseModel,
  { federationId, inviteUrl }: OpenFederation,
  name: string,
): Promise<CoordinatorClient> {
  const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  await client.join({
    federationId,
    inviteToken: new URL(inviteUrl).hash.slice(1),
    name,
    resumeToken: randomBytes(24).toString("base64url"),
    modelSha256: fingerprint(model.files),
    figures: "everybody",
    device: { backend: "wasm", threads: 1, reason: "There is no WebGPU here.", description: "a client of a test" },
    samples: { train: 20, fusion: 5, test: 5 },
  });
  return client;
}

/** Has the page say that it is of the version before this one. Call before it goes anywhere. */
export async function asOfVersionBefore(page: Page): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) =>
      server.send(String(message).replace(`"protocolVersion":${PROTOCOL_VERSION}`, `"protocolVersion":${PROTOCOL_VERSION - 1}`)),
    );
  });
}
