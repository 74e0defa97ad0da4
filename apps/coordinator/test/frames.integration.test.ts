/** Ten thousand mutated frames over raw WebSockets: whatever arrives, the coordinator goes on, and so does a federation on it. */
import { once } from "node:events";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { type Random, random } from "@duet/lora-core/tensors/random";
import { pino } from "pino";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, joinRequest, testConfig, testMetrics } from "./support/federations.ts";
import { blobRefOf } from "./support/testClient.ts";

const FRAMES = 10_000;
const AT_ONCE = 20;
/** Of a socket that is still open then. */
const FRAMES_EACH = 100;

const pickFrom = <T>(items: readonly T[], uniform: Random): T => items[Math.floor(uniform() * items.length)] as T;

/** What may stand in the place of any value. */
const NASTY: readonly unknown[] = [
  null,
  true,
  "",
  "\u0000\u202e\ud800",
  "x".repeat(3000),
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { _placeholder: true, num: 0 },
  { length: 1e9 },
  JSON.parse('{"__proto__":{"isGreeted":true},"constructor":{"prototype":{}}}'),
];

/** The same with one value of it replaced, doubled, renamed or taken away. */
function changedValue(value: unknown, uniform: Random): unknown {
  const isLeaf = typeof value !== "object" || value === null || Object.keys(value).length === 0;
  if (isLeaf || uniform() < 0.15) return pickFrom(NASTY, uniform);
  const key = pickFrom(Object.keys(value), uniform);
  const inner = (value as Record<string, unknown>)[key];
  if (Array.isArray(value)) return value.with(Number(key), changedValue(inner, uniform));
  const { [key]: _, ...rest } = value as Record<string, unknown>;
  const act = uniform();
  if (act < 0.15) return rest;
  if (act < 0.3) return { ...rest, [`${key}_`]: inner };
  return { ...rest, [key]: changedValue(inner, uniform) };
}

/** The same with characters changed, cut out, doubled or put in: mostly no JSON any more, or another kind of packet. */
function changedText(text: string, uniform: Random): string {
  const at = Math.floor(uniform() * text.length);
  const to = at + Math.floor(uniform() * 20);
  const put = pickFrom(["", "\u0000", "[", "]}", "451-", "41", "2", text.slice(at, to).repeat(2), "9".repeat(40)], uniform);
  return text.slice(0, at) + put + text.slice(to);
}

function mutated(frames: readonly (readonly [string, unknown])[], uniform: Random): string | Uint8Array {
  const [name, payload] = pickFrom(frames, uniform);
  const act = uniform();
  if (act < 0.03) return Uint8Array.from({ length: 1 + Math.floor(uniform() * 200) }, () => Math.floor(uniform() * 256));
  const id = uniform() < 0.9 ? String(Math.floor(uniform() * 1000)) : "";
  const event = uniform() < 0.05 ? pickFrom(NASTY, uniform) : name;
  const text = `42${id}${JSON.stringify([event, changedValue(payload, uniform)])}`;
  return act < 0.15 ? changedText(text, uniform) : text;
}

/** As Socket.IO opens one: what is sent earlier ends the connection. */
async function openNamespace(socket: WebSocket): Promise<void> {
  await once(socket, "open");
  const opened = new Promise<void>((resolve) => {
    socket.on("message", (data) => String(data).startsWith("40") && resolve());
  });
  socket.send("40");
  await opened;
}

test("mutated frames", { timeout: 300_000 }, async () => {
  const faults: string[] = [];
  const logger = pino({ level: "error" }, { write: (line: string) => void faults.push(line) });
  const coordinator = await startCoordinator({ logger });
  const { url } = coordinator;
  const { organiser, created } = await createFederation(url, { maxClients: 3 });
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");

  const { federationId, organiserKey, watchToken } = created;
  const adapter = constantAdapter(0.1);
  const hello = { protocolVersion: PROTOCOL_VERSION };
  const frames = [
    ["session:hello", hello],
    ["federation:list", {}],
    ["federation:create", { config: testConfig({ name: "fuzz" }), joining: "open", listing: null }],
    ["federation:watch", { federationId, token: watchToken }],
    ["federation:links", { federationId, organiserKey: watchToken }],
    ["federation:control", { federationId, organiserKey: `${organiserKey}x`, action: { kind: "stop" } }],
    ["client:join", { ...joinRequest(created, "mallory", 10), inviteToken: watchToken }],
    ["client:progress", { round: 1, activity: "training", slot: "shared", step: 1, steps: 3, loss: 0.4, tokensPerSecond: 60 }],
    ["client:leave", {}],
    ["round:fetch", { round: 1 }],
    ["round:submit", { round: 1, adapter: blobRefOf(adapter), metrics: testMetrics() }],
  ] as const;

  const uniform = random(13, "frames");
  let [sent, answered] = [0, 0];
  async function attack(): Promise<void> {
    while (sent < FRAMES) {
      const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
      socket.on("error", () => undefined);
      await openNamespace(socket);
      socket.on("message", (data) => {
        if (String(data).startsWith("43")) answered += 1;
      });
      if (uniform() < 0.9) socket.send(`420${JSON.stringify(["session:hello", hello])}`);
      for (let k = 0; k < FRAMES_EACH && socket.readyState === WebSocket.OPEN && sent < FRAMES; k++) {
        socket.send(mutated(frames, uniform));
        sent += 1;
        // What it did to the other end is known a moment later.
        await new Promise(setImmediate);
      }
      socket.terminate();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, attack));
  expect(sent).toBeGreaterThanOrEqual(FRAMES);
  // Most of them came as far as a schema: what is no frame at all has ended its socket.
  expect(answered).toBeGreaterThan(FRAMES / 2);

  expect(faults).toEqual([]);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  for (const { client } of [anna, bram]) await client.submit({ round: 1, adapter, metrics: testMetrics() });
  const after = await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  expect(after.clients.map(({ name }) => name)).toEqual(["anna", "bram"]);
  expect(after.rounds[0]).toMatchObject({ round: 1, aggregated: [anna.clientId, bram.clientId] });
});
