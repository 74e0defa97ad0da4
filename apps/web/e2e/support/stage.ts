/** A real coordinator serving the built app, a real Chromium, and an organiser's socket: what every e2e test stands on. */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { type CoordinatorOptions, createCoordinator } from "@duet/coordinator/createCoordinator";
import type { Row } from "@duet/lora-core/data/row";
import { writeCsv } from "@duet/lora-core/data/writeCsv";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Listing } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type Browser, chromium } from "playwright";
import { chromiumLaunch } from "../../../../tools/chromium.ts";
import type { FreshDatabase } from "../../../../tools/testing/freshDatabase.ts";

export interface Stage {
  readonly url: string;
  /** Where the coordinator keeps its files: its database, too, unless the stage was given one. */
  readonly dataDir: string;
  readonly browser: Browser;
  readonly organiser: CoordinatorClient;
  /** Creates a federation and watches it; `listing` has the front page list it. */
  open(config: FederationConfig, listing?: Listing): Promise<OpenFederation>;
  /** Writes rows as a CSV file with the columns `input` and `answer`; returns its path. */
  writeRows(name: string, rows: readonly Row[]): Promise<string>;
  /** Ends the coordinator, as a crash of its machine would for who looks on, and starts it again at the same address once that is through. */
  withoutCoordinator(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface OpenFederation {
  readonly federationId: string;
  readonly inviteUrl: string;
  readonly watchUrl: string;
  readonly organiserKey: string;
  /** The first snapshot, from now on, that satisfies the condition. @throws {Error} with the last one's state when none does in time. */
  until(what: string, condition: (snapshot: Snapshot) => boolean, deadlineMs?: number): Promise<Snapshot>;
}

const SQLITE: FreshDatabase = { url: null, drop: async () => undefined };

/** With settings of the coordinator: where hub addresses point to, below which path it is served. `database` is dropped at its end. @throws {Error} when the app was not built. */
export async function startStage(
  settings: Pick<CoordinatorOptions, "hub" | "hubClientId" | "base" | "operatorKeyHash" | "origins"> = {},
  database: FreshDatabase = SQLITE,
): Promise<Stage> {
  const webDir = resolve("dist/web");
  if (!existsSync(join(webDir, "index.html"))) throw new Error("The web app is not built; npm run build makes it.");
  const folder = await mkdtemp(join(tmpdir(), "duet-e2e-"));
  const dataDir = join(folder, "data");
  const start = () =>
    createCoordinator({
      dataDir,
      databaseUrl: database.url,
      modelsDir: resolve("models"),
      webDir,
      samplesDir: resolve(".cache/samples"),
      ...settings,
    });
  let coordinator = start();
  const { url } = await coordinator.listen(0, "127.0.0.1");
  const browser = await chromium.launch(chromiumLaunch());
  const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  return {
    url,
    dataDir,
    browser,
    organiser,
    open: (config, listing = null) => openFederation(organiser, url, { config, listing }),
    async writeRows(name, rows) {
      const path = join(folder, `${name}.csv`);
      await writeFile(
        path,
        writeCsv(
          ["input", "answer"],
          rows.map(({ input, answer }) => [input, answer]),
        ),
      );
      return path;
    },
    async withoutCoordinator(meanwhile) {
      await coordinator.close();
      await meanwhile();
      coordinator = start();
      await coordinator.listen(Number(new URL(url).port), "127.0.0.1");
    },
    async close() {
      organiser.close();
      await browser.close();
      await coordinator.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openFederation(
  organiser: CoordinatorClient,
  url: string,
  created: { readonly config: FederationConfig; readonly listing: Listing },
): Promise<OpenFederation> {
  const { federationId, inviteToken, watchToken, organiserKey } = await organiser.request("federation:create", created);
  let latest = await organiser.watch(federationId, watchToken);
  // Where the coordinator was away it knows of no watcher.
  organiser.onReady(() => void organiser.watch(federationId, watchToken).catch(() => undefined));
  const waiting = new Set<(snapshot: Snapshot) => void>();
  organiser.onSnapshot((snapshot) => {
    if (snapshot.federationId !== federationId || snapshot.revision < latest.revision) return;
    latest = snapshot;
    for (const look of [...waiting]) look(snapshot);
  });
  return {
    federationId,
    organiserKey,
    inviteUrl: `${url}/join/${federationId}#${inviteToken}`,
    watchUrl: `${url}/watch/${federationId}#${watchToken}`,
    until: (what, condition, deadlineMs = 120_000) =>
      new Promise((resolveWhen, reject) => {
        const deadline = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Waited ${deadlineMs} ms for ${what}. ${describe(latest)}`));
        }, deadlineMs);
        function look(snapshot: Snapshot): void {
          if (!condition(snapshot)) return;
          clearTimeout(deadline);
          waiting.delete(look);
          resolveWhen(snapshot);
        }
        waiting.add(look);
        look(latest);
      }),
  };
}

function describe({ phase, note, openRound, clients, events }: Snapshot): string {
  const standing = clients.map(({ name, status, progress }) => `${name} ${status} ${progress?.activity ?? "idle"}`).join("; ");
  return `It is ${phase} (${note}), round ${openRound?.round ?? "none"}; ${standing}. Events: ${events.map(({ text }) => text).join(" | ")}`;
}
