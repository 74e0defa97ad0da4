import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ORGANISER_KEY_HEADER, WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import { LINK_ROLES } from "@duet/lora-core/protocol/organiserView";
import { expect, test } from "vitest";
import { createToken, hashToken } from "../src/ports/secrets.ts";
import { recordFormat } from "../src/storage/federationRecord.ts";
import { currentVersion } from "../src/storage/storedFormat.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { type Created, constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { codeOfRefusal, connectClient } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

type Action = RequestInput<"federation:control">["action"];
const DAY_MS = 24 * 3600 * 1000;
const REPLACED = "LINK_ENDED: This link was replaced; ask the organiser for the new one";

async function federation(changes = {}, access = {}) {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, changes, access);
  const { federationId } = created;
  const control = (action: Action, organiserKey = created.organiserKey) =>
    organiser.call("federation:control", { federationId, organiserKey, action });
  return { coordinator, organiser, created, federationId, control };
}

test("each link opens what it is for, over sockets and HTTP, and nothing of another federation", async () => {
  const { coordinator, created, federationId } = await federation({ minClients: 1 });
  const other = await createFederation(coordinator.url);
  const client = await connectClient(coordinator.url);
  const join = (inviteToken: string) => codeOfRefusal(joinAs(coordinator, { ...created, inviteToken }, "anna"));
  const watch = (token: string) => client.codeOf("federation:watch", { federationId, token });
  const links = (organiserKey: string) => client.codeOf("federation:links", { federationId, organiserKey });
  const history = async (token: string) =>
    (await fetch(`${coordinator.url}/federations/${federationId}/history`, { headers: { [WATCH_TOKEN_HEADER]: token } })).status;
  const remove = async (key: string) =>
    (
      await fetch(`${coordinator.url}/federations/${federationId}`, {
        method: "DELETE",
        headers: { [ORGANISER_KEY_HEADER]: key },
      })
    ).status;
  const codes: readonly (readonly [string, readonly unknown[]])[] = [
    [created.watchToken, ["FORBIDDEN", "OK", "FORBIDDEN", 200, 403]],
    [created.organiserKey, ["FORBIDDEN", "OK", "OK", 200, 409]],
    [created.inviteToken, ["OK", "OK", "FORBIDDEN", 200, 403]],
    [other.created.inviteToken, ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", 403, 403]],
    [other.created.organiserKey, ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", 403, 403]],
    [createToken(), ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", 403, 403]],
  ];
  for (const [code, expected] of codes) {
    expect([await join(code), await watch(code), await links(code), await history(code), await remove(code)]).toEqual(expected);
  }
});

test("a forged, altered or unsigned code opens nothing, and says no more than for a federation that is not there", async () => {
  const { coordinator, created, federationId } = await federation();
  const [header = "", claims = "", signature = ""] = created.organiserKey.split(".");
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const read = JSON.parse(Buffer.from(claims, "base64url").toString());
  expect(read).toEqual({ f: federationId, r: 2, g: 1, e: expect.any(Number) });
  const flipped = signature.slice(0, -2) + (signature.at(-2) === "A" ? "B" : "A") + signature.slice(-1);
  const forged = [
    [header, claims, flipped],
    [header, encoded({ ...read, g: 2 }), signature],
    [header, encoded({ ...read, e: read.e + 1e9 }), signature],
    [encoded({ alg: "none" }), claims, signature],
    [encoded({ alg: "HS512" }), claims, signature],
    [header, claims, randomBytes(32).toString("base64url")],
  ].map((parts) => parts.join("."));
  const client = await connectClient(coordinator.url);
  const wrong = "FORBIDDEN: This link opens no federation here";
  for (const code of [...forged, createToken()]) {
    for (const id of [federationId, "elsewhere"]) {
      await expect(client.call("federation:links", { federationId: id, organiserKey: code })).rejects.toThrow(wrong);
      await expect(client.call("federation:watch", { federationId: id, token: code })).rejects.toThrow(wrong);
    }
  }
});

test("a replaced link is refused with a sentence everywhere, and who watched by it is shown out", async () => {
  const { coordinator, created, federationId, control } = await federation({ minClients: 1 });
  const watcher = await connectClient(coordinator.url);
  await watcher.watch(federationId, created.watchToken);
  const { links } = await control({ kind: "rotateLink", role: "watch" });
  await expect.poll(() => watcher.socket.connected).toBe(false);
  const again = await connectClient(coordinator.url);
  await expect(again.call("federation:watch", { federationId, token: created.watchToken })).rejects.toThrow(REPLACED);
  const history = await fetch(`${coordinator.url}/federations/${federationId}/history`, {
    headers: { [WATCH_TOKEN_HEADER]: created.watchToken },
  });
  expect([history.status, await history.json()]).toEqual([403, { error: REPLACED.slice("LINK_ENDED: ".length) }]);
  expect((await again.watch(federationId, links.watch.token ?? "")).federationId).toBe(federationId);
  await coordinator.restart();
  const later = await connectClient(coordinator.url);
  await expect(later.call("federation:watch", { federationId, token: created.watchToken })).rejects.toThrow(REPLACED);
  expect(await later.codeOf("federation:watch", { federationId, token: links.watch.token })).toBe("OK");
});

test("links end, are extended, withdrawn and made anew", async () => {
  const { coordinator, created, federationId, control } = await federation();
  const first = (await control({ kind: "setJoining", joining: "open" })).links;
  const now = coordinator.clock.now();
  const days = LINK_ROLES.map((role) => Math.round(((first[role].expiresAt ?? 0) - now) / DAY_MS));
  expect(days).toEqual([30, 180, 365]);
  expect([first.invite.token, first.watch.token, first.organiser.token]).toEqual([
    created.inviteToken,
    created.watchToken,
    created.organiserKey,
  ]);

  coordinator.clock.advance(20 * DAY_MS);
  const extended = (await control({ kind: "extendLink", role: "invite" })).links.invite;
  coordinator.clock.advance(11 * DAY_MS);
  await expect(joinAs(coordinator, created, "anna")).rejects.toThrow(
    "LINK_ENDED: This link is too old; ask the organiser for a new one",
  );
  expect(await codeOfRefusal(joinAs(coordinator, { ...created, inviteToken: extended.token ?? "" }, "anna"))).toBe("OK");

  const withdrawn = await control({ kind: "revokeLink", role: "invite" });
  expect(withdrawn.links.invite).toEqual({ token: null, expiresAt: null, hasOlder: false });
  await expect(joinAs(coordinator, { ...created, inviteToken: extended.token ?? "" }, "bram")).rejects.toThrow(
    "LINK_ENDED: This link was withdrawn; ask the organiser for a new one",
  );
  const anew = await control({ kind: "rotateLink", role: "invite" });
  expect(await codeOfRefusal(joinAs(coordinator, { ...created, inviteToken: anew.links.invite.token ?? "" }, "bram"))).toBe("OK");
  const client = await connectClient(coordinator.url);
  const request = { federationId, organiserKey: created.organiserKey, action: { kind: "revokeLink", role: "organiser" } };
  expect(await client.codeOf("federation:control", request)).toBe("INVALID_PAYLOAD");
});

test("a new organiser link signs other devices out; the one that asked goes on", async () => {
  const { coordinator, created, federationId, organiser, control } = await federation();
  const other = await connectClient(coordinator.url);
  await other.watch(federationId, created.organiserKey);
  expect(await other.codeOf("federation:links", { federationId, organiserKey: created.organiserKey })).toBe("OK");
  await organiser.watch(federationId, created.organiserKey);
  const { links } = await control({ kind: "rotateLink", role: "organiser" });
  await expect.poll(() => other.socket.connected).toBe(false);
  expect(organiser.socket.connected).toBe(true);
  const there = await connectClient(coordinator.url);
  const action = { kind: "pause" } as const;
  await expect(there.call("federation:control", { federationId, organiserKey: created.organiserKey, action })).rejects.toThrow(
    REPLACED,
  );
  await control(action, links.organiser.token ?? "");
  await organiser.until(({ phase }) => phase === "paused", "the pause, still told");
});

test("who was removed cannot come back: not by the link, not by its token, not after a restart; the others can", async () => {
  const { coordinator, created, federationId, control } = await federation();
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  const { links } = await control({ kind: "remove", clientId: anna.clientId });
  for (const restarted of [false, true]) {
    if (restarted) await coordinator.restart();
    const client = await connectClient(coordinator.url);
    await expect(client.call("client:join", anna.request)).rejects.toThrow("FORBIDDEN: The organiser removed this client");
    await expect(client.call("client:join", { ...anna.request, resumeToken: createToken() })).rejects.toThrow(REPLACED);
    const withNewLink = { ...anna.request, inviteToken: links.invite.token ?? "" };
    await expect(client.call("client:join", withNewLink)).rejects.toThrow("FORBIDDEN: The organiser removed this client");
    await expect(client.call("federation:watch", { federationId, token: anna.resumeToken })).rejects.toThrow(
      "FORBIDDEN: The organiser removed this client",
    );
    // Its link is the old one too: who is in needs none.
    expect(await client.call("client:join", bram.request)).toMatchObject({ clientId: bram.clientId });
    expect(await client.codeOf("federation:watch", { federationId, token: bram.resumeToken })).toBe("OK");
  }
});

test("links of Duet 0.1 are honoured until they are replaced, and are nowhere in clear", async () => {
  const { coordinator, created, federationId } = await federation({ minClients: 1 });
  const older = { inviteToken: createToken(), watchToken: createToken(), organiserKey: createToken() };
  await coordinator.restart(() =>
    inDatabase(coordinator, async (database) => {
      const { record } = await database.selectFrom("federations").select("record").executeTakeFirstOrThrow();
      const { links: _, joining: __, listing: ___, ...agreed } = JSON.parse(record);
      const { inviteToken, watchToken, organiserKey } = older;
      const asWas = { ...agreed, inviteHash: hashToken(inviteToken), organiserHash: hashToken(organiserKey), watchToken };
      const standing = JSON.stringify({ federationId, watchToken });
      await database
        .updateTable("federations")
        .set({ version: 2, record: JSON.stringify(asWas), standing })
        .execute();
    }),
  );
  const rows = await inDatabase(coordinator, (database) => database.selectFrom("federations").selectAll().execute());
  expect(rows).toMatchObject([{ version: currentVersion(recordFormat) }]);
  expect(JSON.stringify(rows)).not.toContain(older.watchToken);
  const asOlder: Created = { ...created, ...older };
  await joinAs(coordinator, asOlder, "anna");
  const client = await connectClient(coordinator.url);
  expect(await client.codeOf("federation:watch", { federationId, token: older.watchToken })).toBe("OK");
  const view = await client.call("federation:links", { federationId, organiserKey: older.organiserKey });
  expect(view.links.watch).toEqual({ token: null, expiresAt: null, hasOlder: true });
  const control = (action: Action) =>
    client.call("federation:control", { federationId, organiserKey: older.organiserKey, action });
  const { links } = await control({ kind: "rotateLink", role: "invite" });
  await expect(joinAs(coordinator, asOlder, "bram")).rejects.toThrow("FORBIDDEN: This link opens no federation here");
  await joinAs(coordinator, { ...asOlder, inviteToken: links.invite.token ?? "" }, "bram");
});

test("links outlive a restart; without the key that signed them they open nothing", async () => {
  const { coordinator, created, federationId } = await federation();
  const path = join(coordinator.dataDir, "link-key");
  expect([(await readFile(path)).byteLength, (await stat(path)).mode & 0o777]).toEqual([32, 0o600]);
  await coordinator.restart();
  const watch = async () =>
    (await connectClient(coordinator.url)).codeOf("federation:watch", { federationId, token: created.watchToken });
  expect(await watch()).toBe("OK");
  await coordinator.restart(() => writeFile(path, randomBytes(32)));
  expect(await watch()).toBe("FORBIDDEN");
  await expect(coordinator.restart(() => writeFile(path, "short"))).rejects.toThrow(/link-key" is damaged: bring it back/);
});

test("a federation is listed when its organiser says so, without a code", async () => {
  const { coordinator, created, federationId, control } = await federation();
  const listOf = async () => (await (await connectClient(coordinator.url)).call("federation:list", {})).federations;
  expect(await listOf()).toEqual([]);
  await control({ kind: "setListing", listing: { contact: "ask anna@ward.example" } });
  const listed = { federationId, name: "ward-notes", phase: "waiting", round: null, rounds: 2, clients: 0, result: null };
  expect(await listOf()).toEqual([{ ...listed, contact: "ask anna@ward.example" }]);
  await joinAs(coordinator, created, "anna");
  await coordinator.restart();
  expect(await listOf()).toEqual([{ ...listed, clients: 1, contact: "ask anna@ward.example" }]);
  const client = await connectClient(coordinator.url);
  const { organiserKey } = created;
  const hide = { federationId, organiserKey, action: { kind: "setListing", listing: null } } as const;
  await client.call("federation:control", hide);
  expect(await listOf()).toEqual([]);
  const hidden = { ...hide, action: { kind: "setListing", listing: { contact: "a\nb" } } };
  expect(await client.codeOf("federation:control", hidden)).toBe("INVALID_PAYLOAD");
});

test("a client submits and fetches by its token while its invite link is long replaced", async () => {
  const { coordinator, created, organiser, control } = await federation({ minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await control({ kind: "revokeLink", role: "invite" });
  await control({ kind: "revokeLink", role: "watch" });
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.1), metrics: testMetrics() });
  await anna.client.until(({ openRound }) => openRound?.round === 2, "round 2, which it is told of");
  expect(await anna.client.fetchAdapter(2)).not.toBeNull();
  expect(organiser.socket.connected).toBe(true);
});
