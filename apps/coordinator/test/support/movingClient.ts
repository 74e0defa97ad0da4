/** A client that goes on by itself wherever its federation runs, with the connection and the uploads of a tab; it trains nothing. */
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createRetry } from "@duet/client/retry";
import { createSentLedger } from "@duet/client/sentLedger";
import { uploadBlob } from "@duet/client/uploadBlob";
import { RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { onTestFinished } from "vitest";
import { createToken } from "../../src/ports/secrets.ts";
import { type Created, joinRequest, testMetrics } from "./federations.ts";
import { blobRefOf } from "./testClient.ts";

export interface MovingClient {
  readonly coordinator: CoordinatorClient;
  readonly resumeToken: string;
  /** Resolves once it has joined; the same client for good. */
  readonly clientId: Promise<string>;
  /** Uploads and submits; resolves once that is acknowledged, whatever becomes of the nodes meanwhile. */
  submit(round: number, adapter: Uint8Array<ArrayBuffer> | null): Promise<void>;
  /** Resolves with the first snapshot for which the condition holds. */
  until(condition: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
}

export function startMovingClient(url: string, created: Created, name: string, identity: string | null = null): MovingClient {
  const coordinator = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  onTestFinished(() => coordinator.close());
  const retry = createRetry(coordinator);
  const resumeToken = createToken();
  const request = { ...joinRequest(created, name, 100), resumeToken, identity, sees: "all" as const };
  let latest: Snapshot | null = null;
  const observers = new Set<(snapshot: Snapshot) => void>();
  const see = (snapshot: Snapshot) => {
    latest = snapshot;
    for (const observe of [...observers]) observe(snapshot);
  };
  coordinator.onSnapshot(see);
  const clientId = new Promise<string>((resolve) => {
    coordinator.onReady(() => {
      void retry
        .persistently(() => coordinator.join(request))
        .then(
          (joined) => {
            see(joined.snapshot);
            resolve(joined.clientId);
          },
          () => {},
        );
    });
  });
  return {
    coordinator,
    resumeToken,
    clientId,
    async submit(round, content) {
      const blob = content && blobRefOf(content);
      const headers = { [RESUME_TOKEN_HEADER]: resumeToken };
      const transfer = { url, federationId: created.federationId, headers, onSent: () => {}, onHeld: () => {} };
      for (;;) {
        try {
          if (content && blob) await uploadBlob({ ...transfer, blob, content });
          await retry.persistently(() => coordinator.request("round:submit", { round, adapter: blob, metrics: testMetrics() }));
          return;
        } catch (error) {
          // What had arrived lay on the node that is gone.
          if (!(error instanceof Error && "code" in error && error.code === "BLOB_MISSING")) throw error;
        }
      }
    },
    until: (condition) =>
      new Promise((resolve) => {
        const observe = (snapshot: Snapshot) => {
          if (!condition(snapshot)) return;
          observers.delete(observe);
          resolve(snapshot);
        };
        observers.add(observe);
        if (latest) observe(latest);
      }),
  };
}
