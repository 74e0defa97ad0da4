/**
 * A whole federation on this machine: a coordinator in this process, or several behind a proxy, one headless Chromium with a browser context per client,
 * each driven through the real page, and programs where other kinds of clients are asked for. Nothing of the product is bypassed.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { openFederationFeed } from "@duet/client/federationFeed";
import { createSentLedger } from "@duet/client/sentLedger";
import type { Row } from "@duet/lora-core/data/row";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { chromium, type Page } from "playwright";
import { join, type Participant } from "../../apps/web/e2e/support/participant.ts";
import { chromiumLaunch } from "../chromium.ts";
import { type DemoData, demoData } from "./clientData.ts";
import { startAlone, startSeveral } from "./demoCoordinator.ts";
import { killBeforeInput } from "./killedTab.ts";
import type { DemoOptions } from "./options.ts";
import { runnable, startProgram } from "./programs.ts";
import { createProgressDisplay } from "./progress.ts";
import { type Report, reportOf } from "./report.ts";
import { takeScreenshots } from "./screenshots.ts";

const COLUMNS = { input: "input", answer: "answer" } as const;
/** Largest norm of one record's gradient under --epsilon. */
const RECORD_CLIP = 1;
const JOIN_DEADLINE_MS = 180_000;

/** Runs the demo to its end. Whatever it started is stopped, also when it fails. @throws {Error} with what went wrong. */
export async function runDemo(chosen: DemoOptions): Promise<Report> {
  const options = { ...chosen, clients: chosen.clients && runnable(chosen.clients) };
  const work = await mkdtemp(joinPath(tmpdir(), "duet-demo-"));
  const cleanUps: (() => Promise<unknown>)[] = [() => rm(work, { recursive: true, force: true })];
  try {
    const data = await demoData(options);
    const files = await writeClientFiles(data, work);
    const started = options.nodes === undefined ? await startAlone(work, options) : await startSeveral(work, options);
    cleanUps.unshift(() => started.end());
    const { url, home } = started;
    const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
    cleanUps.unshift(async () => organiser.close());

    const links = await createFederation(home, url, data, options);
    console.log(
      `\n${data.title}: ${data.clients.length} clients, ${data.clients.map(({ rows }) => rows.length).join(" + ")} rows`,
    );
    console.log(`Watch it at ${links.watch}\n`);
    const ended = watchToTheEnd(organiser, links, options);
    if (options["kill-node"]) started.killInRound(organiser);

    const browser = await chromium.launch(chromiumLaunch());
    cleanUps.unshift(() => browser.close());
    const killed: string[] = [];
    const kill = (name: string) => (page: Page) =>
      void killBeforeInput(page).then(
        () => killed.push(name),
        (error) => console.error(`The tab of ${name} was not restored: ${String(error)}`),
      );
    const clients = data.clients.map(({ name }, index) => ({
      kind: options.clients?.[index] ?? "tab",
      data: { name, file: files[index] ?? "", ...COLUMNS },
    }));
    const figures = hasFigures(options) ? "everybody" : undefined;
    const programs = clients.flatMap(({ kind, data }) =>
      kind === "tab" ? [] : [startProgram(kind, links.invite, { ...data, folder: work, figures })],
    );
    for (const program of programs) cleanUps.unshift(async () => program.stop());
    const ofTabs = clients.filter(({ kind }) => kind === "tab");
    const joined = Promise.all(
      ofTabs.map(({ data }, index) =>
        join(browser, links.invite, data, {
          backend: options.backend,
          deadlineMs: JOIN_DEADLINE_MS,
          // The report is made of what the tabs tell; with an epsilon there is nothing to choose.
          figures: hasFigures(options) ? "Everybody" : undefined,
          ...(options.secure && !options["no-kill"] && index === ofTabs.length - 1 ? { onPage: kill(data.name) } : {}),
        }),
      ),
    );
    // A program that fails ends the demo at once, also while the tabs still join.
    const failed = Promise.all(programs.map((program) => program.ended)).then(() => ended);
    const tabs = await Promise.race([joined, failed.then(() => joined)]);
    const snapshot = await Promise.race([ended, failed, firstCrash(tabs)]);
    await takeScreenshots(browser, {
      watchUrl: links.watch,
      participant: tabs[0]?.page,
      hasCharts: hasFigures(options),
      folder: options.screenshots,
    });
    return reportOf(snapshot, killed, started.killedNodes);
  } finally {
    for (const cleanUp of cleanUps) await cleanUp().catch(() => {});
  }
}

/** With an epsilon nobody sends any. */
const hasFigures = ({ epsilon, "client-epsilon": clientEpsilon }: DemoOptions) =>
  epsilon === undefined && clientEpsilon === undefined;

/** One file per client; the tabs connect them through the page's file input. */
async function writeClientFiles({ clients }: DemoData, folder: string): Promise<string[]> {
  const files = clients.map((_, index) => joinPath(folder, `client-${index + 1}.jsonl`));
  await mkdir(folder, { recursive: true });
  await Promise.all(clients.map(({ rows }, index) => writeFile(files[index] ?? "", rowLines(rows))));
  return files;
}

/** JSON Lines. Where one row is a conversation, all are: a column holds only one kind. */
function rowLines(rows: readonly Row[]): string {
  const isTalk = rows.some(({ turns }) => turns !== undefined);
  const inputOf = ({ input, turns }: Row) => (isTalk ? (turns ?? [{ role: "user", content: input }]) : input);
  return rows.map((row) => JSON.stringify({ [COLUMNS.input]: inputOf(row), [COLUMNS.answer]: row.answer })).join("\n");
}

interface Links {
  readonly federationId: string;
  readonly watchToken: string;
  readonly invite: string;
  readonly watch: string;
}

/** `home`: address of the coordinator that makes it, `url` the one at which people reach it. */
async function createFederation(home: string, url: string, data: DemoData, options: DemoOptions): Promise<Links> {
  const organiser = createCoordinatorClient({ url: home, ledger: createSentLedger(Date.now), now: Date.now });
  try {
    return await createWith(organiser, url, data, options);
  } finally {
    organiser.close();
  }
}

async function createWith(organiser: CoordinatorClient, url: string, data: DemoData, options: DemoOptions): Promise<Links> {
  const config = defaultFederation({
    name: data.title,
    model: modelOf((await organiser.offer()).models, options),
    task: data.task,
    method: options.method,
    alone: true,
    aggregation: options.secure ? "secure" : "plain",
    ...definedOnly({
      preset: options.preset,
      upload: options.upload,
      devices: options.devices,
      clientEpsilon: options["client-epsilon"],
      rounds: options.rounds,
      localSteps: options["local-steps"],
      innerSteps: options["inner-steps"],
    }),
    minClients: data.clients.length,
    // A slow machine is no straggler: only the demo's own deadline ends it.
    roundDeadlineSeconds: 60 * options["deadline-minutes"],
    seed: options.seed,
    training: definedOnly({
      batchSize: options["batch-size"],
      maxTokens: options["max-tokens"],
      privacy: options.epsilon === undefined ? undefined : { epsilon: options.epsilon, clip: RECORD_CLIP },
    }),
  });
  const { federationId, inviteToken, watchToken } = await organiser.request("federation:create", { config });
  return {
    federationId,
    watchToken,
    invite: `${url}/join/${federationId}#${inviteToken}`,
    watch: `${url}/watch/${federationId}#${watchToken}`,
  };
}

/** The only one that the demo's coordinator serves. */
function modelOf([model]: readonly BaseModel[], options: DemoOptions): BaseModel {
  if (!model) throw new Error(`${options.model} is no base model that can be used; see the line above.`);
  return model;
}

/** Shows progress until the federation ends. @throws {Error} when it takes longer than the deadline. */
async function watchToTheEnd(organiser: CoordinatorClient, links: Links, options: DemoOptions): Promise<Snapshot> {
  const display = createProgressDisplay(process.stdout);
  const feed = openFederationFeed(organiser, links.federationId, { tokens: () => [links.watchToken] });
  const ended = new Promise<Snapshot>((resolveEnd) => {
    feed.subscribe(() => {
      const state = feed.get();
      if (state.kind !== "live") return;
      display.show(state.snapshot);
      if (state.snapshot.endedAt !== null) resolveEnd(state.snapshot);
    });
  });
  const minutes = options["deadline-minutes"];
  const tooLong = delay(minutes * 60_000, undefined, { ref: false }).then(() => {
    throw new Error(`The federation took longer than ${minutes} minutes; --deadline-minutes allows more.`);
  });
  return Promise.race([ended, tooLong]).finally(() => {
    feed.close();
    display.end();
  });
}

/** Rejects when a tab's page crashes: on a small machine that is memory. */
function firstCrash(tabs: readonly Participant[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const { name, page } of tabs)
      page.on("crash", () => reject(new Error(`The tab of ${name} crashed; is there enough memory?`)));
  });
}

/** The same object without its undefined fields. */
function definedOnly<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
