import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "socket.io-client";
import { expect, onTestFinished, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { withOperatorKey } from "./support/operator.ts";
import { type RawAnswer, rawGet, sendRaw } from "./support/rawHttp.ts";

const EXPECTED = [
  "content-security-policy",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
];

const upgrade = { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" };
const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
const socketPath = "/socket.io/?EIO=4&transport=websocket";

/** A request of every kind that is answered, by whichever part answers it, and the status that it gets. */
const kinds: readonly [string, (host: string) => string, number][] = [
  ["a file", (host) => rawGet("/health", { host }), 200],
  ["the page", (host) => rawGet("/new", { host, accept: "text/html" }), 200],
  ["nothing there", (host) => rawGet("/nothing.js", { host }), 404],
  ["a model's file that is not there", (host) => rawGet("/models/none/config.json", { host }), 404],
  ["no such federation", (host) => rawGet("/federations/none/export", { host }), 403],
  ["an address that cannot be decoded", (host) => rawGet("/models/%zz/%", { host }), 400],
  ["a method that there is not here", (host) => `DELETE /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 404],
  ["a body that is no JSON", (host) => post(host, "{"), 400],
  ["a body that is too large", (host) => post(host, "x".repeat(5000)), 400],
  ["a host that is not ours", () => rawGet("/health", { host: "evil.example" }), 403],
  ["a page of another site", (host) => post(host, "{}", "http://evil.example"), 403],
  ["no host", () => rawGet("/health", {}), 400],
  ["no HTTP at all", () => "hello\r\n\r\n", 400],
  ["headers that are too long", (host) => rawGet("/health", { host, long: "x".repeat(20_000) }), 431],
  ["two lengths", (host) => `POST /session HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400],
  ["an expectation", (host) => rawGet("/health", { host, expect: "miracles" }), 417],
  ["polling", (host) => rawGet("/socket.io/?EIO=4&transport=polling", { host }), 200],
  ["polling of another protocol", (host) => rawGet("/socket.io/?EIO=3&transport=polling", { host }), 400],
  ["polling of nobody", (host) => rawGet("/socket.io/?EIO=4&transport=polling&sid=none", { host }), 400],
  [
    "polling of another page",
    (host) => rawGet("/socket.io/?EIO=4&transport=polling", { host, origin: "http://evil.example" }),
    403,
  ],
  ["a socket of another page", (host) => rawGet(socketPath, { host, origin: "http://evil.example", ...upgrade, ...key }), 403],
  ["a socket without its key", (host) => rawGet(socketPath, { host, ...upgrade }), 400],
  ["a socket of nobody", (host) => rawGet(`${socketPath}&sid=none`, { host, ...upgrade, ...key }), 400],
  ["a socket elsewhere", (host) => rawGet("/health", { host, ...upgrade, ...key }), 404],
  ["a socket at a host that is not ours", () => rawGet(socketPath, { host: "evil.example", ...upgrade, ...key }), 403],
];

function post(host: string, body: string, origin = ""): string {
  const from = origin && `Origin: ${origin}\r\n`;
  const head = `POST /session HTTP/1.1\r\nHost: ${host}\r\n${from}Content-Type: application/json\r\nConnection: close\r\n`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

async function webFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-web-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "index.html"), "<title>Duet</title>");
  return folder;
}

test("every answer has the security headers, whoever gives it, and says over https to come back over https", async () => {
  const { url } = await startCoordinator({ ...withOperatorKey, trustProxy: ["loopback"], webDir: await webFolder() });
  const { host } = new URL(url);
  for (const [what, request, status] of kinds) {
    const answer = await sendRaw(url, request(host));
    expect([what, answer.status]).toEqual([what, status]);
    expect([what, EXPECTED.filter((name) => !answer.headers.has(name))]).toEqual([what, []]);
    expect(answer.headers.has("strict-transport-security")).toBe(false);
    expect(answer.body).not.toMatch(/at .*\.[jt]s:\d+|node_modules/);
  }
  const overTls = (request: string): Promise<RawAnswer> =>
    sendRaw(url, request.replace(/\r\n/, "\r\nX-Forwarded-Proto: https\r\n"));
  for (const [what, request] of kinds) {
    const answer = await overTls(request(host));
    const isRead = !/no HTTP|too long|two lengths/.test(what);
    expect([what, answer.headers.get("strict-transport-security")]).toEqual([what, isRead ? "max-age=31536000" : undefined]);
  }
  const socket = await handshake(url);
  expect(EXPECTED.filter((name) => !socket.includes(name))).toEqual([]);
});

/** Headers of the answer that opens a WebSocket. */
async function handshake(url: string): Promise<string> {
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(`${url.replace("http", "ws")}${socketPath}`);
  onTestFinished(() => socket.terminate());
  return new Promise((resolve) => socket.once("upgrade", ({ rawHeaders }) => resolve(rawHeaders.join("\n").toLowerCase())));
}

test("over plain http a stranger cannot make it say https", async () => {
  const { url } = await startCoordinator();
  const answer = await fetch(`${url}/health`, { headers: { "x-forwarded-proto": "https" } });
  expect(answer.headers.has("strict-transport-security")).toBe(false);
});

/** Whether HTTP and a socket's handshake of this host come in; both must agree. */
async function comesIn(url: string, host: string, headers: Record<string, string> = {}): Promise<boolean> {
  const answer = await sendRaw(url, rawGet("/health", { host, ...headers }));
  const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false, extraHeaders: { host, ...headers } });
  onTestFinished(() => void socket.disconnect());
  const connects = await new Promise<boolean>((resolve) =>
    socket.once("connect", () => resolve(true)).once("connect_error", () => resolve(false)),
  );
  socket.disconnect();
  expect([host, connects]).toEqual([host, answer.status === 200]);
  if (!connects) expect(answer.body).toMatch(/"WRONG_HOST".*none of its names.*--origin/);
  return connects;
}

const rebinding: readonly [string, boolean][] = [
  ["127.0.0.1", true],
  ["LOCALHOST", true],
  ["localhost.", true],
  ["duet.localhost", true],
  ["127.1.2.3:80", true],
  ["[::1]:9", true],
  ["evil.example", false],
  ["evil.example:80", false],
  ["127.0.0.1.evil.example", false],
  ["localhost.evil.example", false],
  ["evillocalhost", false],
  ["0.0.0.0", false],
  ["169.254.169.254", false],
  ["127.0.0.1@evil.example", false],
  ["evil.example/127.0.0.1", false],
];

test("on localhost a page that made its own name point here (DNS rebinding) reaches nothing", async () => {
  const { url } = await startCoordinator();
  for (const [host, is] of rebinding) expect([host, await comesIn(url, host)]).toEqual([host, is]);
  // The page's own origin is the same as the host that it asks for, as its browser sees it.
  expect(await comesIn(url, "evil.example:8080", { origin: "http://evil.example:8080" })).toBe(false);
  expect(await comesIn(url, "evil.example", { "x-forwarded-host": "localhost" })).toBe(false);
});

test("what --origin names may be asked for; a trusted proxy's word counts where no origin is named", async () => {
  const named = await startCoordinator({ ...withOperatorKey, origins: ["https://duet.example", "http://[fd00::1]:9000"] });
  for (const [host, is] of [
    ["duet.example", true],
    ["DUET.example.:443", true],
    ["[fd00:0::1]", true],
    ["evil.example", false],
  ] as const) {
    expect([host, await comesIn(named.url, host)]).toEqual([host, is]);
  }
  const trusting = await startCoordinator({ ...withOperatorKey, trustProxy: ["loopback"] });
  expect(await comesIn(trusting.url, "inner", { "x-forwarded-host": "duet.example" })).toBe(true);
  expect(await comesIn(trusting.url, "inner")).toBe(false);
  const both = await startCoordinator({ ...withOperatorKey, trustProxy: ["loopback"], origins: ["https://duet.example"] });
  expect(await comesIn(both.url, "inner", { "x-forwarded-host": "duet.example" })).toBe(true);
  expect(await comesIn(both.url, "127.0.0.1", { "x-forwarded-host": "evil.example" })).toBe(false);
});
