import { layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import { MAX_ADAPTER_BYTES, MAX_MESSAGE_BYTES, MAX_MESSAGES_PER_10S } from "@duet/lora-core/protocol/limits";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io } from "socket.io-client";
import { expect, onTestFinished, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import {
  constantAdapter,
  createFederation,
  duetTiny,
  joinAs,
  joinRequest,
  layout,
  testConfig,
  testMetrics,
} from "./support/federations.ts";
import { blobRefOf, codeOfRefusal, connectClient } from "./support/testClient.ts";

const metrics = testMetrics();
const good = { round: 1, adapter: constantAdapter(0.1), metrics };
/** What `round:submit` itself says. */
const told = { ...good, adapter: blobRefOf(good.adapter) };

/** A valid adapter with one value replaced. */
function adapterWith(value: number): Uint8Array<ArrayBuffer> {
  const blob = constantAdapter(0.1);
  new DataView(blob.buffer).setFloat32(4 * 5, value, true);
  return blob;
}

const hostile: readonly [string, string, unknown, string][] = [
  ["no request at all", "round:submit", undefined, "INVALID_PAYLOAD"],
  ["a string", "round:submit", "hello", "INVALID_PAYLOAD"],
  ["an array", "round:submit", [told], "INVALID_PAYLOAD"],
  ["an unknown key", "round:submit", { ...told, admin: true }, "INVALID_PAYLOAD"],
  ["an unknown key inside", "round:submit", { ...told, metrics: { ...metrics, rows: ["secret"] } }, "INVALID_PAYLOAD"],
  ["a round that is text", "round:submit", { ...told, round: "1" }, "INVALID_PAYLOAD"],
  ["a negative round", "round:submit", { ...told, round: -1 }, "INVALID_PAYLOAD"],
  ["metrics that are not finite", "round:submit", { ...told, metrics: { ...metrics, trainLoss: 1e300 } }, "INVALID_PAYLOAD"],
  [
    "an accuracy above 1",
    "round:submit",
    { ...told, metrics: testMetrics({ accuracy: { ...metrics.accuracy, base: 2 } }) },
    "INVALID_PAYLOAD",
  ],
  ["an adapter that is an array of numbers", "round:submit", { ...told, adapter: [0.1, 0.2] }, "INVALID_PAYLOAD"],
  ["an adapter inside the message", "round:submit", { ...told, adapter: good.adapter }, "INVALID_PAYLOAD"],
  [
    "an adapter named by a path",
    "round:submit",
    { ...told, adapter: { ...told.adapter, sha256: "../../journal.jsonl" } },
    "INVALID_PAYLOAD",
  ],
  [
    "an adapter that is too large to travel",
    "round:submit",
    { ...told, adapter: { ...told.adapter, bytes: MAX_ADAPTER_BYTES + 1 } },
    "INVALID_PAYLOAD",
  ],
  ["no adapter where one is due", "round:submit", { ...told, adapter: null }, "INVALID_ADAPTER"],
  ["an empty adapter", "round:submit", { ...told, adapter: { ...told.adapter, bytes: 0 } }, "INVALID_PAYLOAD"],
  ["an adapter of another size", "round:submit", { ...told, adapter: { ...told.adapter, bytes: 8 } }, "INVALID_ADAPTER"],
  ["an adapter that has not been uploaded", "round:submit", told, "BLOB_MISSING"],
  ["a round that is over", "round:submit", { ...told, round: 0 }, "WRONG_ROUND"],
  ["a round that is to come", "round:submit", { ...told, round: 2 }, "WRONG_ROUND"],
  ["fetching a round that is not open", "round:fetch", { round: 2 }, "WRONG_ROUND"],
  ["progress in a round that is not open", "client:progress", progress(7), "WRONG_ROUND"],
  ["an event that does not exist", "round:aggregate", {}, "INVALID_PAYLOAD"],
  ["an event named like a property of every object", "__proto__", {}, "INVALID_PAYLOAD"],
  ["an event of the other direction", "federation:snapshot", {}, "INVALID_PAYLOAD"],
];

/** Adapters that arrive whole and are none. */
const unfit: readonly [string, Uint8Array<ArrayBuffer>][] = [
  ["one byte short", new Uint8Array(layoutBytes(layout) - 1)],
  ["four bytes long", new Uint8Array(layoutBytes(layout) + 4)],
  ["with NaN", adapterWith(Number.NaN)],
  ["with an infinity", adapterWith(Number.NEGATIVE_INFINITY)],
  ["that would swamp the others", adapterWith(1e20)],
];

function progress(round: number) {
  return { round, activity: "training", slot: "shared", step: 1, steps: 3, loss: 0.4, tokensPerSecond: 600 };
}

test("every hostile payload is refused with its code, and the federation goes on", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");

  for (const [what, name, payload, code] of hostile) {
    expect([what, await anna.client.codeOf(name, payload)]).toEqual([what, code]);
  }
  for (const [what, adapter] of unfit) {
    expect([what, await codeOfRefusal(anna.client.submit({ ...good, adapter }))]).toEqual([what, "INVALID_ADAPTER"]);
  }
  anna.client.socket.emit("round:submit", { ...told, round: "no acknowledgement asked for" });
  anna.client.socket.emit("round:submit");
  anna.client.socket.emit("round:fetch", { round: 1 }, "not a function");

  expect(await anna.client.codeOf("client:progress", progress(1))).toBe("OK");
  await anna.client.submit(good);
  await anna.client.submit({ ...good, adapter: constantAdapter(5) });
  await bram.client.submit(good);
  const next = await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  expect(next.rounds[0]?.aggregated).toEqual([anna.clientId, bram.clientId]);
  expect(next.clients[0]).toMatchObject({ bytesUp: layoutBytes(layout), status: "present" });
  await anna.client.submit(good);
  expect(organiser.latest?.openRound?.round).toBe(2);
});

test("a message above the socket's limit costs its sender the connection, and nobody else anything", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const anna = await joinAs(coordinator, created, "anna");
  await joinAs(coordinator, created, "bram");
  anna.client.socket.emit("round:submit", { ...told, adapter: new Uint8Array(MAX_MESSAGE_BYTES + 1) });
  const shown = await organiser.until(({ clients }) => clients[0]?.status === "away", "anna is away");
  expect(shown).toMatchObject({ phase: "collecting", clients: [{}, { status: "present" }] });
});

test("nothing works before hello, and another protocol version is refused", async () => {
  const coordinator = await startCoordinator();
  const client = await connectClient(coordinator.url, { greet: false });
  expect(await client.codeOf("federation:list", {})).toBe("FORBIDDEN");
  expect(await client.codeOf("session:hello", { protocolVersion: 999 })).toBe("VERSION_MISMATCH");
  expect(await client.codeOf("federation:list", {})).toBe("FORBIDDEN");
  const { models, hub } = await client.call("session:hello", { protocolVersion: PROTOCOL_VERSION });
  expect(models).toEqual([duetTiny]);
  expect(hub).toBe("https://huggingface.co");
});

test("tokens open what they are for, and nothing else", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url, { minClients: 1, maxClients: 1 });
  const { federationId, watchToken, inviteToken, organiserKey } = created;
  const client = await connectClient(coordinator.url);
  const join = joinRequest(created, "anna", 10);
  const stop = { federationId, action: { kind: "stop" } };
  const wrong = "x".repeat(32);
  const attempts: [string, unknown, string][] = [
    ["federation:watch", { federationId, token: wrong }, "FORBIDDEN"],
    ["federation:watch", { federationId, token: organiserKey }, "OK"],
    ["federation:links", { federationId, organiserKey: watchToken }, "FORBIDDEN"],
    ["federation:watch", { federationId: "elsewhere", token: watchToken }, "FORBIDDEN"],
    ["federation:control", { ...stop, organiserKey: inviteToken }, "FORBIDDEN"],
    ["federation:control", { ...stop, organiserKey: watchToken }, "FORBIDDEN"],
    ["client:join", { ...join, inviteToken: watchToken }, "FORBIDDEN"],
    ["client:join", { ...join, resumeToken: "guessable" }, "INVALID_PAYLOAD"],
    ["client:join", { ...join, modelSha256: "0".repeat(64) }, "MODEL_MISMATCH"],
    ["client:join", { ...join, samples: { train: 0, fusion: 0, test: 0 } }, "INVALID_PAYLOAD"],
    ["client:leave", {}, "NOT_JOINED"],
    ["round:submit", told, "NOT_JOINED"],
    ["federation:watch", { federationId, token: inviteToken }, "OK"],
    ["client:join", join, "OK"],
    ["client:join", join, "OK"],
    ["client:join", { ...join, resumeToken: wrong }, "FORBIDDEN"],
  ];
  for (const [name, payload, code] of attempts) expect([name, await client.codeOf(name, payload)]).toEqual([name, code]);
  await expect(joinAs(coordinator, created, "bram")).rejects.toThrow(
    "FEDERATION_FULL: This federation is full: it takes 1 client",
  );
  const { federations } = await client.call("federation:list", {});
  expect(JSON.stringify(federations)).not.toContain(inviteToken);
});

test("a federation that could not run is not created", async () => {
  const coordinator = await startCoordinator({ limits: { maxFederations: 1 } });
  const client = await connectClient(coordinator.url);
  const config = testConfig();
  const [weights, ...others] = duetTiny.files.toReversed() as [ModelFile, ...ModelFile[]];
  const picked = { ...duetTiny, source: { kind: "files" } };
  const attempts: [object, string][] = [
    [{ model: { ...duetTiny, source: { kind: "coordinator", id: "unknown" } } }, "NOT_FOUND"],
    [{ model: { ...duetTiny, files: [...others, { ...weights, sha256: "0".repeat(64) }] } }, "MODEL_MISMATCH"],
    [{ model: { ...duetTiny, config: { ...duetTiny.config, num_hidden_layers: 5 } } }, "MODEL_MISMATCH"],
    [{ model: { ...picked, config: { ...duetTiny.config, hidden_act: "relu" } } }, "INVALID_PAYLOAD"],
    [{ model: { ...picked, config: { ...duetTiny.config, num_hidden_layers: 600 } } }, "INVALID_PAYLOAD"],
    [{ model: { ...picked, config: { ...duetTiny.config, note: "x".repeat(64 * 1024) } } }, "INVALID_PAYLOAD"],
    [{ model: { ...picked, files: others } }, "INVALID_PAYLOAD"],
    [{ model: { ...picked, files: [...picked.files, weights] } }, "INVALID_PAYLOAD"],
    [{ model: { ...picked, files: [{ ...weights, path: "../model.safetensors" }] } }, "INVALID_PAYLOAD"],
    [{ model: { ...duetTiny, source: { kind: "hub", address: "acme/tiny@main" } } }, "INVALID_PAYLOAD"],
    [{ strategy: { ...config.strategy, id: "magic" } }, "INVALID_PAYLOAD"],
    [{ strategy: { ...config.strategy, config: { extra: 1 } } }, "INVALID_PAYLOAD"],
    [{ adapter: { ...config.adapter, targetModules: ["no_proj"] } }, "INVALID_PAYLOAD"],
    [{ minClients: 4 }, "INVALID_PAYLOAD"],
    [{ budgets: { ...config.budgets, rounds: 1e6 } }, "INVALID_PAYLOAD"],
    [{}, "OK"],
    [{}, "RATE_LIMITED"],
  ];
  for (const [change, code] of attempts) {
    expect([change, await client.codeOf("federation:create", { config: { ...config, ...change } })]).toEqual([change, code]);
  }
});

test("a socket that sends too much is refused until it has calmed down", async () => {
  const coordinator = await startCoordinator();
  const client = await connectClient(coordinator.url);
  const codes = await Promise.all(Array.from({ length: MAX_MESSAGES_PER_10S }, () => client.codeOf("federation:list", {})));
  expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(1);
  coordinator.clock.advance(10_000);
  expect(await client.codeOf("federation:list", {})).toBe("OK");
});

test("a page of another site gets no connection", async () => {
  const coordinator = await startCoordinator();
  const connectFrom = (origin: string) =>
    new Promise<string>((resolve) => {
      const socket = io(coordinator.url, {
        transports: ["websocket"],
        forceNew: true,
        reconnection: false,
        extraHeaders: { origin },
      });
      socket.on("connect", () => resolve("connected"));
      socket.on("connect_error", () => resolve("refused"));
      onTestFinished(() => void socket.disconnect());
    });
  expect(await connectFrom("http://evil.example")).toBe("refused");
  expect(await connectFrom(coordinator.url)).toBe("connected");
});
