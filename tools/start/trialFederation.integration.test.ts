import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { createCoordinator } from "@duet/coordinator/createCoordinator";
import { afterEach, beforeEach, expect, it } from "vitest";
import { trialFederation } from "./trialFederation.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "duet-trial-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A coordinator over `data`, for as long as `body` runs. */
async function withCoordinator<T>(data: string, body: (url: string) => Promise<T>): Promise<T> {
  const coordinator = await createCoordinator({ dataDir: join(folder, data), modelsDir: "models", webDir: null });
  try {
    const { url } = await coordinator.listen(0);
    return await body(url);
  } finally {
    await coordinator.close();
  }
}

const pathOf = (link: string) => link.replace(/^http:\/\/[^/]+/, "");

it("creates one federation and comes back to it after a restart", async () => {
  const file = join(folder, "trial.json");
  const first = await withCoordinator("data", (url) => trialFederation(url, file));
  expect(first.invite).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\/[\w-]+#[\w.-]{20,}$/);
  expect(first.watch).toMatch(/\/watch\/[\w-]+#[\w.-]{20,}$/);
  const again = await withCoordinator("data", (url) => trialFederation(url, file));
  expect([pathOf(again.invite), pathOf(again.watch)]).toEqual([pathOf(first.invite), pathOf(first.watch)]);
});

it("prints the links that are good now, also when the organiser has replaced them meanwhile", async () => {
  const file = join(folder, "trial.json");
  const first = await withCoordinator("data", (url) => trialFederation(url, file));
  const again = await withCoordinator("data", async (url) => {
    const { federationId, organiserKey } = JSON.parse(await readFile(file, "utf8"));
    const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
    const action = { kind: "rotateLink", role: "invite" } as const;
    await client.request("federation:control", { federationId, organiserKey, action });
    client.close();
    return trialFederation(url, file);
  });
  const [before, after] = [first, again].map(({ invite }) => pathOf(invite).split("#"));
  expect(after?.[0]).toBe(before?.[0]);
  expect(after?.[1]).not.toBe(before?.[1]);
});

it("creates another one when the coordinator does not know the remembered one", async () => {
  const file = join(folder, "trial.json");
  const first = await withCoordinator("data", (url) => trialFederation(url, file));
  const second = await withCoordinator("other-data", (url) => trialFederation(url, file));
  expect(pathOf(second.invite)).not.toBe(pathOf(first.invite));
});

it("prints the address at which people open the page, which need not be the coordinator's own", async () => {
  const links = await withCoordinator("data", (url) =>
    trialFederation(url, join(folder, "trial.json"), { address: "https://duet.example.org/duet" }),
  );
  expect(links.invite).toMatch(/^https:\/\/duet\.example\.org\/duet\/join\/[\w-]+#[\w.-]{20,}$/);
  expect(links.watch).toMatch(/^https:\/\/duet\.example\.org\/duet\/watch\//);
});
