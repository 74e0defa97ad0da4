/** The states that a federation's pages may be in, each told by what happened and what comes next; by roles and names, on a real coordinator and clients that only have a socket. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { arrive as arriveAt, asOfVersionBefore } from "./support/bareClient.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 60_000;
const TASK = { kind: "label" as const, labels: ["calm", "alarm"] };

let stage: Stage;
let model: BaseModel;
let watch: Page;
let door: Page;
let federation: OpenFederation;
const clients: CoordinatorClient[] = [];

beforeAll(async () => {
  stage = await startStage();
  const offered = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!offered) throw new Error("use-lite is not served");
  model = offered;
  const sizes = { minClients: 2, maxClients: 3, rounds: 2, reconnectGraceSeconds: 600, roundDeadlineSeconds: 900 };
  federation = await stage.open(defaultFederation({ name: "Night shift", model, task: TASK, ...sizes }));
  watch = await pageAt(federation.watchUrl);
  door = await pageAt(federation.inviteUrl);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await stage?.close();
});

async function pageAt(url: string): Promise<Page> {
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(url);
  return page;
}

async function arrive(open: OpenFederation, name: string): Promise<CoordinatorClient> {
  const client = await arriveAt(stage, model, open, name);
  clients.push(client);
  return client;
}

const control = (of: OpenFederation, kind: "pause" | "resume" | "stop") =>
  stage.organiser.request("federation:control", {
    federationId: of.federationId,
    organiserKey: of.organiserKey,
    action: { kind },
  });

const isAsked = ({ openRound }: Snapshot): boolean =>
  openRound !== null && openRound.submitted.length < openRound.participants.length;

/** As one that has learned, where nothing of it is shared. */
const answerNothing = (client: CoordinatorClient, round: number) =>
  client.submitRound({ round, adapter: null, madeFrom: [], metrics: NO_METRICS });

const status = (page: Page, words: string | RegExp) =>
  page.getByRole("status", { name: "Federation status" }).filter({ hasText: words }).waitFor();

it("waiting for clients: of how many, and it starts by itself", async () => {
  await status(watch, "Waiting for 2 more clients");
  await arrive(federation, "anna");
  await status(watch, "Waiting for 1 more client");
  await arrive(federation, "bram");
  await status(watch, "Round 1 of 2");
  await watch.getByText("Waiting for anna and bram.").waitFor();
});

it("one that came late is not part of the open round; then it is full, and open again once somebody leaves", async () => {
  await door.getByRole("textbox", { name: "Your name" }).waitFor();
  const cleo = await arrive(federation, "cleo");
  const lane = watch.getByRole("region", { name: "Rounds" }).getByRole("row", { name: /^cleo/ });
  await lane.getByText("Round 1 of 2: not part of it").waitFor();
  expect(await problemsOf(watch)).toEqual([]);
  const full = door.getByText("This federation is full.");
  await full.waitFor();
  await door.getByText("It takes at most 3 clients.").waitFor();
  expect(await problemsOf(door)).toEqual([]);
  await cleo.request("client:leave", {});
  await full.waitFor({ state: "detached" });
  await door.getByRole("textbox", { name: "Your name" }).waitFor();
});

it("paused by its organiser, and going on", async () => {
  await control(federation, "pause");
  await status(watch, "Paused · Round 1 of 2");
  expect(await problemsOf(watch)).toEqual([]);
  await control(federation, "resume");
  await status(watch, /^Round 1 of 2/);
});

it("the organiser skips one client of several: the round waits for the others, and says so", async () => {
  const page = await pageAt(`${stage.url}/organise/${federation.federationId}#${federation.organiserKey}`);
  const organiser = page.getByRole("region", { name: "Organiser" });
  await organiser.getByLabel("Client to skip or remove").selectOption({ label: "bram" });
  expect(await problemsOf(page)).toEqual([]);
  await organiser.getByRole("button", { name: "Do not wait for bram" }).click();
  await watch.getByText("Waiting for anna.").waitFor();
  await organiser.getByRole("button", { name: "Do not wait for bram" }).waitFor({ state: "detached" });
  await watch.getByText("bram was skipped by the organiser").first().waitFor();
  await page.close();
});

it("the coordinator is gone, and back", async () => {
  const away = watch.getByRole("alert").filter({ hasText: "The coordinator is away" });
  await stage.withoutCoordinator(async () => {
    await away.getByText(/keeps its work, keeps trying, and goes on by itself/).waitFor();
    await watch.getByText("What happens now is not known here until the coordinator is back.").waitFor();
    expect(await problemsOf(watch)).toEqual([]);
  });
  await away.waitFor({ state: "detached" });
  await watch
    .getByText(/^Waiting for|left; waiting/)
    .first()
    .waitFor();
});

it("a page of another version says so", async () => {
  const page = await stage.browser.newPage();
  await asOfVersionBefore(page);
  await page.goto(federation.watchUrl);
  await page.getByRole("alert").filter({ hasText: "This page and the coordinator differ" }).waitFor({ timeout: DEADLINE_MS });
  expect(await problemsOf(page)).toEqual([]);
  await page.close();
});

it("stopped: who watches and who comes to join is told", async () => {
  await control(federation, "stop");
  await status(watch, "Stopped");
  await door.getByText("The organiser has stopped this federation.").waitFor();
  await door.getByText("Nobody can join any more. What came of it can still be seen.").waitFor();
  for (const page of [watch, door]) expect(await problemsOf(page)).toEqual([]);
});

it("finished, stopped, full or closed: whoever opens the link is told so before any work, and can look", async () => {
  const named = (name: string, sizes: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
    stage.open(defaultFederation({ name, model, task: TASK, minClients: 1, rounds: 1, ...sizes }));
  const finished = await named("Early shift", { method: "local" });
  const alone = await arrive(finished, "emil");
  // A snapshot from before an answer still asks for it.
  let answered: number | null = null;
  for (let isOver = false; !isOver; ) {
    const isNext = (seen: Snapshot) => seen.endedAt !== null || (isAsked(seen) && seen.openRound?.round !== answered);
    const { phase, openRound } = await finished.until("a round to answer", isNext);
    isOver = phase === "finished";
    if (!openRound || isOver) continue;
    await answerNothing(alone, openRound.round);
    answered = openRound.round;
  }
  const full = await named("Late shift", { maxClients: 1 });
  await arrive(full, "fay");
  const closed = await named("Office hours");
  const { federationId, organiserKey } = closed;
  const action = { kind: "setJoining" as const, joining: "closed" as const };
  await stage.organiser.request("federation:control", { federationId, organiserKey, action });
  for (const [open, title, look] of [
    [finished, "This federation has finished.", "See what came of it"],
    [federation, "The organiser has stopped this federation.", "See what came of it"],
    [full, "This federation is full.", "Watch"],
    [closed, "This federation is closed to new clients.", "Watch"],
  ] as const) {
    const page = await pageAt(open.inviteUrl);
    const told = page.getByRole("alert").filter({ hasText: title });
    await told.waitFor();
    for (const asked of ["textbox", "radio", "combobox"] as const) expect(await page.getByRole(asked).count()).toBe(0);
    expect(await page.getByText("of computing").count()).toBe(0);
    expect(await problemsOf(page)).toEqual([]);
    await told.getByRole("link", { name: look }).click();
    await page.getByRole("status", { name: "Federation status" }).waitFor();
    await page.close();
  }
});

it("everyone left: what there is of the shared adapter is kept, and somebody may come back", async () => {
  const lonely = await stage.open(defaultFederation({ name: "Day shift", model, task: TASK, minClients: 1, rounds: 2 }));
  const page = await pageAt(lonely.watchUrl);
  const dora = await arrive(lonely, "dora");
  await status(page, "Round 1 of 2");
  await dora.request("client:leave", {});
  await page.getByText("Everyone left; waiting for someone to come back. No shared adapter was made yet.").first().waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.close();
});
