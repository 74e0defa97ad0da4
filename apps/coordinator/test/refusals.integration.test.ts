/** What is refused is told in words and as data, over sockets and over HTTP, so that a page says it in its own language. */
import { RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { Failure } from "@duet/lora-core/protocol/errors";
import type { MessageName, RequestInput } from "@duet/lora-core/protocol/messages";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, joinAs, joinRequest, testConfig } from "./support/federations.ts";
import { connectClient, type TestClient } from "./support/testClient.ts";

async function refusalOf<N extends MessageName>({ socket }: TestClient, name: N, request: RequestInput<N>) {
  const answer: Failure = await socket.emitWithAck(name, request);
  return answer.error;
}

test("a full federation", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url, { minClients: 1, maxClients: 1 });
  await joinAs({ url }, created, "anna");
  expect(await refusalOf(await connectClient(url), "client:join", joinRequest(created, "bram", 10))).toEqual({
    code: "FEDERATION_FULL",
    message: "This federation is full: it takes 1 client",
    told: ["federationFull", 1],
  });
});

test("choices that do not go together, and a field that does not fit", async () => {
  const { url } = await startCoordinator();
  const client = await connectClient(url);
  const clash = testConfig({ aggregation: "secure", robustness: { kind: "none" }, minClients: 2 });
  expect((await refusalOf(client, "federation:create", { config: clash })).told).toEqual(["fewInSum", 3]);
  expect((await refusalOf(client, "federation:create", { config: testConfig({ minClients: 0 }) })).told).toEqual([
    "about",
    "min clients",
    ["size", "value", "at least", 1],
  ]);
});

test("a wrong secret over HTTP", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url);
  const address = `${url}/federations/${created.federationId}/blobs/${"5b".repeat(32)}`;
  const response = await fetch(address, { method: "PUT", headers: { [RESUME_TOKEN_HEADER]: "nobody" } });
  expect([response.status, await response.json()]).toEqual([
    403,
    { ok: false, error: { code: "FORBIDDEN", message: "This link opens no federation here", told: ["wrongLink"] } },
  ]);
});

test("another version: one that knows of no such data is told in words alone", async () => {
  const { url } = await startCoordinator();
  const newer = await connectClient(url, { greet: false });
  expect((await refusalOf(newer, "session:hello", { protocolVersion: 99 })).told).toEqual([
    "otherProtocol",
    99,
    PROTOCOL_VERSION,
  ]);
  const older = await connectClient(url, { greet: false });
  expect(await refusalOf(older, "session:hello", { protocolVersion: 8 })).toEqual({
    code: "VERSION_MISMATCH",
    message: `This client speaks version 8, the coordinator ${PROTOCOL_VERSION}; reload the page`,
  });
});
