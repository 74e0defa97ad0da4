import { MAX_WAITING } from "@duet/lora-core/protocol/limits";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import { MAX_IDLE_LEFT } from "@duet/lora-core/rounds/roundState";
import { expect, test } from "vitest";
import { createToken } from "../src/ports/secrets.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, joinAs, joinRequest, testConfig } from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

type Request = ReturnType<typeof joinRequest>;
type Action = RequestInput<"federation:control">["action"];

async function federation(changes = {}, access: Parameters<typeof createFederation>[2] = {}) {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(
    coordinator.url,
    { minClients: 10, maxClients: 1000, ...changes },
    access,
  );
  const { federationId, organiserKey } = created;
  const control = (action: Action) => organiser.call("federation:control", { federationId, organiserKey, action });
  const view = () => organiser.call("federation:links", { federationId, organiserKey });
  return { coordinator, organiser, created, control, view };
}

test("with approval a client waits until the organiser lets it in; a declined one is told", async () => {
  const { coordinator, organiser, created, control, view } = await federation({}, { joining: "approval" });
  const [anna, bram] = [joinRequest(created, "anna", 10), joinRequest(created, "bram", 10)];
  const client = await connectClient(coordinator.url);
  const ask = (request: typeof anna) => client.codeOf("client:join", request);
  expect([await ask(anna), await ask(bram), await ask(anna)]).toEqual(Array(3).fill("AWAITING_APPROVAL"));
  await organiser.until(({ waiting, joining }) => waiting === 2 && joining === "approval", "two who wait");
  const { waiting } = await view();
  expect(waiting).toMatchObject([
    { name: "anna", device: { description: "test" } },
    { name: "bram", device: { backend: "wasm" } },
  ]);
  await control({ kind: "admit", waitingId: waiting[0]?.id ?? "" });
  const after = await control({ kind: "decline", waitingId: waiting[1]?.id ?? "" });
  expect(after.waiting).toEqual([]);
  await expect(client.call("client:join", bram)).rejects.toThrow("JOINING_CLOSED: The organiser did not admit this client");
  expect(await ask(anna)).toBe("OK");
  await expect(control({ kind: "admit", waitingId: waiting[0]?.id ?? "" })).rejects.toThrow("NOT_FOUND");
  // In is in, whatever the rule is.
  await control({ kind: "setJoining", joining: "closed" });
  expect((await connectClient(coordinator.url).then((again) => again.call("client:join", anna))).clientId).toMatch(/\w/);
});

test("who stops asking loses the place; after a restart who asks on has it again", async () => {
  const { coordinator, organiser, created, view } = await federation({}, { joining: "approval" });
  const request = joinRequest(created, "anna", 10);
  const client = await connectClient(coordinator.url);
  expect(await client.codeOf("client:join", request)).toBe("AWAITING_APPROVAL");
  coordinator.clock.advance(140_000);
  expect(await client.codeOf("client:join", request)).toBe("AWAITING_APPROVAL");
  coordinator.clock.advance(140_000);
  expect((await view()).waiting).toHaveLength(1);
  coordinator.clock.advance(20_000);
  await organiser.until(({ waiting }) => waiting === 0, "nobody who waits");
  await coordinator.restart();
  const again = await connectClient(coordinator.url);
  expect(await again.codeOf("client:join", request)).toBe("AWAITING_APPROVAL");
  await again.watch(created.federationId, created.watchToken);
  expect(again.latest).toMatchObject({ joining: "approval", waiting: 1 });
});

test("what the organiser has answered holds after a restart, until it was heard or a day is over", async () => {
  const { coordinator, created, control, view } = await federation({}, { joining: "approval" });
  const requests = ["anna", "bram", "chen", "dora"].map((name) => joinRequest(created, name, 10));
  const [anna, bram, chen, dora] = requests as [Request, Request, Request, Request];
  const client = await connectClient(coordinator.url);
  for (const request of requests) expect(await client.codeOf("client:join", request)).toBe("AWAITING_APPROVAL");
  const idOf = Object.fromEntries((await view()).waiting.map(({ name, id }) => [name, id]));
  for (const name of ["anna", "chen", "dora"]) await control({ kind: "admit", waitingId: idOf[name] ?? "" });
  await control({ kind: "decline", waitingId: idOf.bram ?? "" });
  await coordinator.restart();

  const again = await connectClient(coordinator.url);
  // Nobody else gets the name of who was admitted.
  expect(await again.codeOf("client:join", joinRequest(created, "anna", 10))).toBe("NAME_TAKEN");
  await expect(again.call("client:join", bram)).rejects.toThrow("JOINING_CLOSED: The organiser did not admit this client");
  expect(await again.codeOf("client:join", anna)).toBe("OK");
  await again.watch(created.federationId, created.watchToken);
  expect(again.latest).toMatchObject({ waiting: 0, clients: [{ name: "anna" }] });

  coordinator.clock.advance(23 * 3_600_000);
  await coordinator.restart();
  const later = await connectClient(coordinator.url);
  expect(await later.codeOf("client:join", chen)).toBe("OK");
  coordinator.clock.advance(2 * 3_600_000);
  await coordinator.restart();
  const tooLate = await connectClient(coordinator.url);
  expect(await tooLate.codeOf("client:join", dora)).toBe("AWAITING_APPROVAL");
});

test("at most so many wait, and none longer than a day", async () => {
  const { coordinator, created, control, view } = await federation({}, { joining: "approval" });
  const client = await connectClient(coordinator.url);
  const requests = Array.from({ length: MAX_WAITING + 2 }, (_, k) => joinRequest(created, `client ${k}`, 10));
  const codes = await Promise.all(requests.map((request) => client.codeOf("client:join", request)));
  expect(codes.filter((code) => code === "AWAITING_APPROVAL")).toHaveLength(MAX_WAITING);
  expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(2);
  // Asked at once, they wait in any order.
  const [kept, ...others] = (await view()).waiting;
  for (const { id } of others) await control({ kind: "decline", waitingId: id });
  const request = requests.find(({ name }) => name === kept?.name);
  for (let minutes = 0; minutes < 24 * 60; minutes += 0.9) coordinator.clock.advance(54_000);
  expect((await view()).waiting).toEqual([]);
  expect(await client.codeOf("client:join", request)).toBe("AWAITING_APPROVAL");
});

test("a closed federation takes nobody new, and says so", async () => {
  const { coordinator, created } = await federation({}, { joining: "closed" });
  await expect(joinAs(coordinator, created, "anna")).rejects.toThrow(
    "JOINING_CLOSED: The organiser has closed this federation to new clients",
  );
});

test("a name belongs to one: look-alikes are refused with a free one, also at once and among those who wait", async () => {
  const { coordinator, created, control } = await federation();
  const anna = await joinAs(coordinator, created, "Anna");
  for (const name of ["Anna", " anna ", "ＡＮＮＡ", "ANNA"]) {
    await expect(joinAs(coordinator, created, name)).rejects.toThrow(
      /^NAME_TAKEN: Somebody here is called ".*" already; ".* 2" is free$/,
    );
  }
  await joinAs(coordinator, created, "Anna 2");
  await expect(joinAs(coordinator, created, "anna")).rejects.toThrow('"anna 3" is free');
  const client = await connectClient(coordinator.url);
  const six = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const other = await connectClient(coordinator.url);
      return other.codeOf("client:join", joinRequest(created, "Bram", 10));
    }),
  );
  expect(six.filter((code) => code === "OK")).toHaveLength(1);
  expect(six.filter((code) => code === "NAME_TAKEN")).toHaveLength(5);
  // Coming back keeps the name.
  const back = await joinAs(coordinator, created, "Anna", { resumeToken: anna.resumeToken });
  expect([back.clientId, back.client.latest?.clients[0]?.name]).toEqual([anna.clientId, "Anna"]);
  await control({ kind: "setJoining", joining: "approval" });
  expect(await client.codeOf("client:join", joinRequest(created, "Chen", 10))).toBe("AWAITING_APPROVAL");
  expect(await client.codeOf("client:join", joinRequest(created, "chen", 10))).toBe("NAME_TAKEN");
});

test("the name of who left is kept for an hour; who comes back later gets a free one", async () => {
  const { coordinator, organiser, created } = await federation();
  const anna = await joinAs(coordinator, created, "Anna");
  await anna.client.call("client:leave", {});
  await expect(joinAs(coordinator, created, "Anna")).rejects.toThrow("NAME_TAKEN");
  coordinator.clock.advance(3_700_000);
  await joinAs(coordinator, created, "Anna");
  await joinAs(coordinator, created, "Anna", { resumeToken: anna.resumeToken });
  const { clients } = await organiser.until((seen) => seen.clients.length === 2, "both");
  await expect.poll(() => organiser.latest?.clients.map(({ name }) => name)).toEqual(["Anna 2", "Anna"]);
  expect(clients).toHaveLength(2);
});

const HIDDEN = ["a\nb", "a\u0000b", "a\u202eb", "a\u200bb", "a\ufeffb", "a\u2028b", "a\ud800b", "a\u007fb", "a\u00adb", "\u3164"];

test.each(HIDDEN)("text that cannot be seen is refused wherever others are shown it: %j", async (text) => {
  const { coordinator, created } = await federation();
  const client = await connectClient(coordinator.url);
  const request = joinRequest(created, "anna", 10);
  for (const bad of [
    { ...request, name: text },
    { ...request, device: { ...request.device, description: text } },
    { ...request, device: { ...request.device, reason: text } },
  ]) {
    await expect(client.call("client:join", bad)).rejects.toThrow(/^INVALID_PAYLOAD: .*cannot be seen/);
  }
  const config = testConfig();
  for (const bad of [
    { ...config, name: text },
    { ...config, task: { kind: "label" as const, labels: ["A", text] } },
    { ...config, model: { ...config.model, name: text } },
    { ...config, strategy: { ...config.strategy, preset: text } },
  ]) {
    await expect(client.call("federation:create", { config: bad })).rejects.toThrow(/^INVALID_PAYLOAD: .*cannot be seen/);
  }
});

test("those who join and leave are forgotten, with their tokens; places are counted before they are given", async () => {
  const { coordinator, organiser, created } = await federation({ minClients: 2, maxClients: 2 });
  const gone: string[] = [];
  for (let k = 0; k < 60; k++) {
    const { client, resumeToken } = await joinAs(coordinator, created, `client ${k}`);
    await client.call("client:leave", {});
    client.socket.disconnect();
    gone.push(resumeToken);
  }
  const { clients } = await organiser.until((seen) => seen.clients.length === MAX_IDLE_LEFT, "few of them");
  const first = gone[0] ?? "";
  const back = await joinAs(coordinator, created, "client 0", { resumeToken: first });
  expect(clients.map(({ id }) => id)).not.toContain(back.clientId);
  const codes = await Promise.all(
    Array.from({ length: 8 }, async (_, k) => {
      const client = await connectClient(coordinator.url);
      return client.codeOf("client:join", { ...joinRequest(created, `late ${k}`, 10), resumeToken: createToken() });
    }),
  );
  expect(codes.filter((code) => code === "OK")).toHaveLength(1);
  expect(codes.filter((code) => code === "FEDERATION_FULL")).toHaveLength(7);
  await coordinator.restart();
  const watcher = await connectClient(coordinator.url);
  const { clients: after } = await watcher.watch(created.federationId, created.watchToken);
  expect(after.length).toBeLessThanOrEqual(MAX_IDLE_LEFT + 2);
});
