/** A client whose network changes under it: the old connection is dead, and neither end has been told. */
import { createConnection, createServer, type Socket } from "node:net";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import type { SurroundingsChange } from "@duet/client/surroundings";
import { fakeSurroundings } from "@duet/client/testing/fakes";
import { expect, onTestFinished, test, vi } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";

/** A TCP proxy whose connections can be made to carry nothing more, without an end. New ones work. */
async function startLink(target: string) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(Number(new URL(target).port), "127.0.0.1");
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The link has no port");
  return {
    url: `http://127.0.0.1:${bound.port}`,
    die() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}

/** Well below the 45 s in which Socket.IO notices by itself. */
const SOON_MS = 15_000;

test.each<SurroundingsChange>([{ kind: "online" }, { kind: "networkChanged" }, { kind: "woke", sleptMs: 600_000 }])(
  "a dead connection is replaced at once after: $kind",
  async (change) => {
    const { url } = await startCoordinator();
    const link = await startLink(url);
    const surroundings = fakeSurroundings();
    const client = createCoordinatorClient({ url: link.url, ledger: createSentLedger(Date.now), now: Date.now, surroundings });
    onTestFinished(() => client.close());
    await client.offer();
    const seen: string[] = [];
    client.status.subscribe(() => seen.push(client.status.get().kind));

    link.die();
    surroundings.change({ kind: "offline" });
    expect(client.status.get().kind).toBe("ready");
    surroundings.change(change);
    await vi.waitFor(() => expect(seen).toEqual(["lost", "ready"]), SOON_MS);
    expect(await client.request("federation:list", {})).toMatchObject({ federations: [] });
  },
);

test("a change of surroundings does not bring back a client that was closed", async () => {
  const { url } = await startCoordinator();
  const surroundings = fakeSurroundings();
  const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now, surroundings });
  await client.offer();
  client.close();
  surroundings.change({ kind: "online" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(client.status.get().kind).toBe("lost");
});
