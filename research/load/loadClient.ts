/** One client of the load test: the real connection and uploads, and an adapter of random values in place of training. */

import { createHash, randomBytes } from "node:crypto";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { delay } from "@duet/client/deadline";
import { createSentLedger } from "@duet/client/sentLedger";
import { uploadBlob } from "@duet/client/uploadBlob";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { type BlobRef, blobPath, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Upload as MethodUpload } from "@duet/lora-core/strategies/strategy";
import { encodeUpload } from "@duet/lora-core/strategies/uploadCodec";
import { random } from "@duet/lora-core/tensors/random";

export interface LoadClientOptions {
  readonly url: string;
  readonly federationId: string;
  readonly inviteToken: string;
  readonly modelSha256: string;
  readonly name: string;
  readonly drop: number;
  readonly straggle: number;
  readonly seed: number;
}

/** What happened, for the report. */
export type LoadEvent =
  | { readonly kind: "joined" }
  /** Milliseconds of the upload, and from its end until the submission was acknowledged. */
  | { readonly kind: "submitted"; readonly round: number; readonly uploadMs: number; readonly acknowledgedMs: number }
  | { readonly kind: "dropped" }
  | { readonly kind: "straggled" }
  /** Drawn in reserve, and the round had enough before it answered. */
  | { readonly kind: "spared" }
  /** A code of the error table. */
  | { readonly kind: "failed"; readonly code: string }
  | { readonly kind: "ended" };

/** After a failure; twice as long after the next, up to a minute. */
const REST_MS = 2_000;
const LONGEST_REST_MS = 60_000;
const METRICS = { ...NO_METRICS, trainLoss: 1 };
const DEVICE = { backend: "cpu" as const, threads: 1, reason: "A load test trains nothing", description: "npm run load" };

/** Takes part until its federation ends. */
export function runLoadClient(options: LoadClientOptions, tell: (event: LoadEvent) => void): void {
  const { federationId, inviteToken, modelSha256, name } = options;
  const chance = random(options.seed, "loadClient", name);
  const resumeToken = randomBytes(24).toString("base64url");
  const headers = { [RESUME_TOKEN_HEADER]: resumeToken };
  let own: Upload | null = null;
  let doing = "";
  let failures = 0;
  let latest: Snapshot | null = null;
  let clientId: string | null = null;
  let coordinator = connect();

  function connect(): CoordinatorClient {
    const client = createCoordinatorClient({ url: options.url, ledger: createSentLedger(Date.now), now: Date.now });
    client.onSnapshot((snapshot) => void look(client, snapshot));
    client.onReady(() => void join(client));
    return client;
  }

  async function join(client: CoordinatorClient): Promise<void> {
    const samples = { train: 100, fusion: 10, test: 10 };
    const told = { figures: "everybody", device: DEVICE, samples } as const;
    const request = { federationId, inviteToken, modelSha256, name, resumeToken, ...told, sees: "own" as const };
    await guarded(async () => {
      const { snapshot, ...joined } = await client.join(request);
      clientId = joined.clientId;
      tell({ kind: "joined" });
      await look(client, snapshot);
    }, client);
  }

  async function look(client: CoordinatorClient, snapshot: Snapshot): Promise<void> {
    if (client !== coordinator) return;
    latest = snapshot;
    const { openRound, endedAt, config } = snapshot;
    if (endedAt !== null) {
      client.close();
      tell({ kind: "ended" });
      return;
    }
    const key = openRound && `${openRound.round}/${openRound.attempt}`;
    if (!openRound || key === null || key === doing || !openRound.participants.includes(clientId ?? "")) return;
    doing = key;
    if (chance() < options.straggle) tell({ kind: "straggled" });
    else await guarded(() => work(client, openRound.round, config), client);
  }

  async function work(client: CoordinatorClient, round: number, config: FederationConfig): Promise<void> {
    const received = await client.request("round:fetch", { round });
    if (received.adapter) {
      const response = await fetch(options.url + blobPath(federationId, received.adapter.sha256), { headers });
      await response.arrayBuffer();
    }
    const { upload: sends } = methodOf(config.strategy).plan(config.budgets, { round, isNewcomer: false });
    if (!sends) {
      await client.request("round:submit", { round, adapter: null, metrics: METRICS });
      return;
    }
    const isCut = chance() < options.drop;
    own ??= uploadOf(config, sends, options);
    const { content, blob } = own;
    const began = performance.now();
    const upload = uploadBlob({ url: options.url, federationId, headers, blob, content, onSent: () => {}, onHeld: () => {} });
    if (isCut) {
      tell({ kind: "dropped" });
      client.close();
      await upload.catch(() => {});
      doing = "";
      coordinator = connect();
      return;
    }
    await upload;
    const uploaded = performance.now();
    try {
      await client.request("round:submit", { round, adapter: blob, metrics: METRICS });
    } catch (error) {
      if (!config.clientSampling || codeOf(error) !== "WRONG_ROUND") throw error;
      tell({ kind: "spared" });
      return;
    }
    tell({ kind: "submitted", round, uploadMs: uploaded - began, acknowledgedMs: performance.now() - uploaded });
  }

  /** A failure is counted, and after a rest the newest snapshot looked at again, or a place asked for: all clients have one address, and joins from it a pace. */
  async function guarded(act: () => Promise<void>, client: CoordinatorClient): Promise<void> {
    try {
      await act();
      failures = 0;
    } catch (error) {
      doing = "";
      tell({ kind: "failed", code: codeOf(error) });
      // All at once would be refused all at once again; who is told when to come waits that long, and up to half as much more.
      const told = error instanceof DuetError ? error.retryAfterMs : null;
      const own = (0.5 + chance()) * Math.min(LONGEST_REST_MS, REST_MS * 2 ** failures++);
      await delay(told === null ? own : told * (1 + chance() / 2));
      if (client !== coordinator || doing !== "") return;
      if (latest) await look(client, latest);
      else await join(client);
    }
  }
}

/** Of a request that failed, its cause's. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return code === undefined && cause !== undefined ? codeOf(cause) : String(code ?? error);
}

/** What a client sends, in every round. */
interface Upload {
  readonly content: Uint8Array;
  readonly blob: BlobRef;
}

/** Of blocks, whatever the coding; a multiple of a value where there are none. */
const BLOCK_BYTES = 32;

/** Random values of an honest update's size: those of {@link sharedUpload}, begun at another block for every client. */
function uploadOf(config: FederationConfig, upload: MethodUpload, { seed, name }: LoadClientOptions): Upload {
  const shared = sharedUpload(config, upload);
  const blocks = Math.floor(shared.length / BLOCK_BYTES);
  const start = BLOCK_BYTES * Math.floor(random(seed, "loadAdapter", name)() * blocks);
  const content = new Uint8Array(shared);
  content.set(shared.subarray(start, BLOCK_BYTES * blocks));
  content.set(shared.subarray(0, start), BLOCK_BYTES * blocks - start);
  return { content, blob: { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength } };
}

const made = new Map<string, Uint8Array>();

/** Made once in a process: drawing and coding them for every client takes longer than a round. */
function sharedUpload({ model, adapter, upload: coding }: FederationConfig, upload: MethodUpload): Uint8Array {
  const key = JSON.stringify([model.files, adapter, coding]);
  const known = made.get(key);
  if (known) return known;
  const layout = adapterLayout(parseBase(model.config).linears, adapter);
  const next = random(0, "loadValues");
  const values = initialAdapter(layout, 0);
  const sent = new Map(
    [...values].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => (next() - 0.5) * 0.02) }]),
  );
  const { blob } = encodeUpload({ layout, upload, coding }, sent, { origin: values, residual: null }, next);
  made.set(key, blob);
  return blob;
}
