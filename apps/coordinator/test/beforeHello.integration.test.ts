import { once } from "node:events";
import { connect } from "node:net";
import { GREETING_TIMEOUT_MS, MAX_CLIENT_MESSAGE_BYTES, MAX_GREETING_BYTES } from "@duet/lora-core/protocol/limits";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { testConfig } from "./support/federations.ts";
import { operatorCookie, withOperatorKey } from "./support/operator.ts";
import { connectClient } from "./support/testClient.ts";

/** A WebSocket as engine.io opens it, with nothing said on it yet. */
async function openRaw(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

/** Why the other end closed it. */
async function closing(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, "close")) as [number];
  return code;
}

const nested = (bytes: number) => `42["session:hello",${"[".repeat(bytes / 2)}${"]".repeat(bytes / 2)}]`;
const TOO_BIG = 1009;

test("before hello a message of more than a kilobyte ends the connection, in one frame or in many", async () => {
  const { url } = await startCoordinator();
  const whole = await openRaw(url);
  whole.send(nested(2 * MAX_GREETING_BYTES));
  expect(await closing(whole)).toBe(TOO_BIG);

  // Announced, and never sent: the length in the frame's head is enough.
  const announced = await openRaw(url);
  const head = Buffer.alloc(14);
  head.set([0x81, 0xff]);
  head.writeBigUInt64BE(33_000_000n, 2);
  (announced as unknown as { _socket: NodeJS.WritableStream })._socket.write(head);
  expect(await closing(announced)).toBe(TOO_BIG);

  const pieces = await openRaw(url);
  for (let piece = 0; piece < 40; piece++) pieces.send("[".repeat(100), { fin: false });
  expect(await closing(pieces)).toBe(TOO_BIG);

  const greeted = await connectClient(url);
  expect(await greeted.codeOf("federation:list", {})).toBe("OK");
});

test("before hello a larger body over polling is refused, too", async () => {
  const { url } = await startCoordinator();
  const address = `${url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1)) as { sid: string };
  const answer = await fetch(`${address}&sid=${sid}`, { method: "POST", body: nested(4 * MAX_GREETING_BYTES) });
  expect(answer.status).toBe(413);
});

test.each(["websocket", "polling"] as const)(
  "over %s who may not create sends small messages, and who may a whole config",
  async (transport) => {
    const { url } = await startCoordinator(withOperatorKey);
    const padded = (bytes: number) => ({ config: { ...testConfig(), name: "x".repeat(bytes) } });
    const visitor = await connectClient(url, { transport });
    expect(await visitor.codeOf("federation:create", padded(MAX_CLIENT_MESSAGE_BYTES / 2))).toBe("INVALID_PAYLOAD");
    const gone = new Promise((resolve) => visitor.socket.once("disconnect", resolve));
    visitor.socket.emit("federation:create", padded(2 * MAX_CLIENT_MESSAGE_BYTES));
    await gone;
    const operator = await connectClient(url, { transport, headers: { cookie: await operatorCookie(url) } });
    expect(await operator.codeOf("federation:create", padded(10 * MAX_CLIENT_MESSAGE_BYTES))).toBe("INVALID_PAYLOAD");
    expect(operator.socket.connected).toBe(true);
  },
);

test("a connection that began with polling keeps its limit over its WebSocket", async () => {
  const { url } = await startCoordinator(withOperatorKey);
  const cookie = await operatorCookie(url);
  const client = await connectClient(url, { transport: "polling", headers: { cookie } });
  const { opts } = client.socket.io.engine as unknown as { opts: { transports: string[] } };
  opts.transports = ["websocket"];
  expect(await client.codeOf("federation:create", { config: { x: "x".repeat(100_000) } })).toBe("INVALID_PAYLOAD");
});

test("two hundred sockets that never greet are gone when their time is over, and those that did stay", async () => {
  const { url, clock } = await startCoordinator();
  const greeted = await connectClient(url);
  const silent = await Promise.all(Array.from({ length: 200 }, () => openRaw(url)));
  const namespaced = await connectClient(url, { greet: false });
  const wrong = await connectClient(url, { greet: false });
  expect(await wrong.codeOf("session:hello", { protocolVersion: PROTOCOL_VERSION + 1 })).toBe("VERSION_MISMATCH");
  const ended = Promise.all(silent.map(closing));
  const gone = [namespaced, wrong].map(({ socket }) => new Promise((resolve) => socket.once("disconnect", resolve)));
  clock.advance(GREETING_TIMEOUT_MS + 1);
  await Promise.all([ended, ...gone]);
  expect(await greeted.codeOf("federation:list", {})).toBe("OK");
});

test("a connection that never sends a request is closed", async () => {
  const { url } = await startCoordinator();
  const { hostname, port } = new URL(url);
  const silent = connect(Number(port), hostname);
  const slow = connect(Number(port), hostname);
  onTestFinished(() => [silent, slow].forEach((socket) => void socket.destroy()));
  slow.write("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const socket of [silent, slow]) socket.resume().on("error", () => {});
  await Promise.all([once(silent, "close"), once(slow, "close")]);
});
