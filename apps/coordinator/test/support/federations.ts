/** Small federations over duet-tiny for tests: configs, metrics, and adapters with known values. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { fingerprint, type ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import type { ReplyOf, RequestInput } from "@duet/lora-core/protocol/messages";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { createToken } from "../../src/ports/secrets.ts";
import { connectClient, type TestClient } from "./testClient.ts";

const folder = "models/duet-tiny";
const fileOf = (path: string): ModelFile => {
  const content = readFileSync(`${folder}/${path}`);
  return { path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
};
const files = ["config.json", "tokenizer.json", "model.safetensors"].map(fileOf);
/** As the coordinator offers it. */
export const duetTiny: BaseModel = {
  name: "duet-tiny",
  source: { kind: "coordinator", id: "duet-tiny" },
  files,
  config: JSON.parse(readFileSync(`${folder}/config.json`, "utf8")),
};
const { linears } = parseArchitecture(duetTiny.config);
const modelSha256 = fingerprint(files);
/** Of model.safetensors alone. */
export const weightsSha256 = files[2]?.sha256 ?? "";

/** Two rounds of FedAvg for two clients unless said otherwise. */
export function testConfig(changes: Partial<FederationConfig> = {}): FederationConfig {
  return {
    name: "ward-notes",
    model: duetTiny,
    task: { kind: "label", labels: ["INFO", "FATAL"] },
    adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"] },
    initialAdapter: null,
    strategy: { id: "fedavg", preset: "standard", config: {} },
    aggregation: "plain",
    upload: AS_THEY_ARE,
    robustness: { kind: "clip" },
    budgets: { local: { unit: "steps", amount: 5 }, inner: { unit: "steps", amount: 3 }, rounds: 2 },
    training: { batchSize: 4, maxTokens: 32, learningRate: 0.01, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
    seed: 7,
    minClients: 2,
    maxClients: 3,
    roundDeadlineSeconds: 600,
    reconnectGraceSeconds: 60,
    ...changes,
  };
}

/** Layout of the adapters of {@link testConfig}. */
export const layout: AdapterLayout = adapterLayout(linears, testConfig().adapter);

/** An adapter whose every value is `value`. */
export function constantAdapter(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeAdapter(filled(value), layout));
}

/** An adapter's tensors, every value the same. */
function filled(value: number): NamedTensors {
  return new Map(layout.map(({ key, shape }) => [key, { shape, data: new Float32Array(sizeOf(shape)).fill(value) }]));
}

/** What a client reports after a round. */
export function testMetrics(changes: Partial<RoundMetrics> = {}): RoundMetrics {
  const none = { base: null, personal: null, shared: null, fused: null };
  return {
    trainLoss: 0.5,
    accuracy: { ...none, base: 0.25, shared: 0.75 },
    macroF1: none,
    testLoss: none,
    fusion: null,
    trainTokens: 640,
    trainSeconds: 1.5,
    ...changes,
  };
}

export type Created = ReplyOf<"federation:create">;

/** Who may join, and whether it is listed. */
type Access = Omit<RequestInput<"federation:create">, "config">;

/** On every list. */
export const listed: Access = { listing: { contact: "" } };

/** Creates a federation over a socket of its own. */
export async function createFederation(url: string, changes: Partial<FederationConfig> = {}, access: Access = {}) {
  const organiser = await connectClient(url);
  const created = await organiser.call("federation:create", { config: testConfig(changes), ...access });
  await organiser.watch(created.federationId, created.watchToken);
  return { organiser, created };
}

export interface Joined {
  readonly client: TestClient;
  readonly clientId: string;
  readonly resumeToken: string;
  /** As it joined. */
  readonly request: ReturnType<typeof joinRequest>;
}

/** What a client says when it joins. */
export function joinRequest({ federationId, inviteToken }: Created, name: string, train: number) {
  return {
    federationId,
    inviteToken,
    name,
    resumeToken: createToken(),
    modelSha256,
    device: { backend: "wasm" as const, threads: 2, reason: "No WebGPU here", description: "test" },
    samples: { train, fusion: 5, test: 10 },
    figures: "everybody" as FiguresFor,
    identity: null as string | null,
  };
}

/** Connects and joins. */
export async function joinAs(
  { url }: { readonly url: string },
  created: Created,
  name: string,
  {
    train = 100,
    resumeToken = createToken(),
    identity = null as string | null,
    sees = "all" as "all" | "own",
    figures = "everybody" as FiguresFor,
    rank = undefined as number | undefined,
    isNew = undefined as true | undefined,
  } = {},
): Promise<Joined> {
  const client = await connectClient(url);
  const request = { ...joinRequest(created, name, train), resumeToken, identity, sees, figures, rank, isNew };
  const reply = await client.call("client:join", request);
  await client.until(({ revision }) => revision >= reply.revision, "a snapshot that knows of the client");
  return { client, clientId: reply.clientId, resumeToken, request };
}
