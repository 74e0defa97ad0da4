/** A tab that dies in the middle of its rounds comes back, goes on where it was, and sends what a twin sends that was left alone. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join, restored } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const scenario = logsScenario({ clients: 1, seed: 11, rowsPerClient: 60 });

let stage: Stage;
let file: string;
beforeAll(async () => {
  stage = await startStage();
  file = await stage.writeRows("anna", scenario.clients[0]?.rows ?? []);
});
afterAll(() => stage?.close());

/** The same for everyone who opens it: same seed, same rows, same result. */
async function federation(minClients: number): Promise<OpenFederation> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  return stage.open(
    defaultFederation({
      name: "under way",
      model,
      task: scenario.task,
      // Five fusion evaluations.
      method: "fdlora",
      preset: "paper",
      minClients,
      rounds: 1,
      localSteps: 40,
      innerSteps: 40,
      reconnectGraceSeconds: 120,
      training: { batchSize: 8, maxTokens: 32 },
    }),
  );
}

const anna = ({ inviteUrl }: OpenFederation, onPage: (page: Page) => void = () => {}) =>
  join(stage.browser, inviteUrl, { name: "anna", file, input: "input", answer: "answer" }, { deadlineMs: DEADLINE_MS, onPage });

const myTab = (page: Page) => page.getByRole("region", { name: "My tab" });

/** In the worker ten times as much time passes: a round is kept twice a second. */
function hurry(page: Page): void {
  page.on("worker", (worker) => {
    void worker
      .evaluate(() => {
        const real = performance.now.bind(performance);
        performance.now = () => 10 * real();
      })
      .catch(() => {});
  });
}

/** Until something of a training of this round is on the page's disk. */
async function untilKept(page: Page, round: number): Promise<void> {
  await expect.poll(() => page.evaluate(keptRound), { timeout: DEADLINE_MS, interval: 50 }).toBe(round);
}

/** Runs in the page: the round whose training is kept; null when there is none. */
async function keptRound(): Promise<number | null> {
  // To open a database that is not there would make it.
  const isThere = (await indexedDB.databases()).some(({ name, version }) => name === "duet" && (version ?? 0) >= 3);
  if (!isThere) return null;
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("duet");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction("underWay").objectStore("underWay").getAll();
      all.onsuccess = () => {
        opening.result.close();
        const [kept] = all.result as { round: number; state: { training: object | null } }[];
        resolve(kept?.state.training ? kept.round : null);
      };
    };
  });
}

/** SHA-256 of every adapter that the tab submitted, in order; of one that was submitted twice, twice. */
const submissions = (page: Page) =>
  page.evaluate(async () => {
    const entries = await new Promise<{ at: number; event: string; content: string }[]>((resolve, reject) => {
      const opening = indexedDB.open("duet-sent");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const all = opening.result.transaction("sent").objectStore("sent").getAll();
        all.onerror = () => reject(all.error);
        all.onsuccess = () => {
          opening.result.close();
          resolve(all.result);
        };
      };
    });
    return entries
      .filter(({ event }) => event === "round:submit")
      .sort((one, other) => one.at - other.at)
      .map(({ content }) => {
        const { round, adapter } = JSON.parse(content) as { round: number; adapter: { sha256: string } | null };
        return `${round} ${adapter?.sha256 ?? "nothing"}`;
      });
  });

/** What a client tells of its rounds, less what belongs to the device and the process: times and memory. */
async function figures({ until }: OpenFederation) {
  const { phase, clients } = await until("the end", ({ endedAt }) => endedAt !== null, DEADLINE_MS);
  const [client] = clients;
  const history = client?.history.map(
    ({ round, metrics: { trainSeconds: _, phases: __, peakMemory: ___, fusion, ...rest } }) => ({
      round,
      ...rest,
      fusion: fusion && { ...fusion, seconds: 0 },
    }),
  );
  return { phase, clients: clients.length, history };
}

describe("a tab that dies in a round", () => {
  it("goes on where it was, after a kill and after a reload, to the very adapter of an undisturbed twin", async () => {
    const quiet = await federation(1);
    const twin = await anna(quiet);
    const expected = await figures(quiet);
    expect(expected.phase).toBe("finished");
    const sent = [...new Set(await submissions(twin.page))];
    expect(sent.map((line) => line.slice(0, 2))).toEqual(["0 ", "1 ", "2 "]);
    await twin.context.close();

    const disturbed = await federation(1);
    const { page, context } = await anna(disturbed, hurry);
    await untilKept(page, 0);
    context.on("page", hurry);
    const second = await restored(context, page);
    await myTab(second)
      .getByText(/^Goes on at step \d+ of 40\.$/)
      .first()
      .waitFor();
    await untilKept(second, 1);
    await second.reload();
    await myTab(second)
      .getByText(/^Goes on at step \d+ of 40\.$/)
      .first()
      .waitFor();
    expect(await figures(disturbed)).toEqual(expected);
    expect([...new Set(await submissions(second))]).toEqual(sent);
    await context.close();
  });
});

describe("what goes on around a tab", () => {
  it("is said: no network, and its return; the device is kept awake on request, until it leaves", async () => {
    const locks: string[] = [];
    // It waits for another client for ever.
    const { page, context } = await anna(await federation(2), (tab) => {
      void tab.exposeFunction("tellOfLock", (what: string) => void locks.push(what));
      void tab.addInitScript(() => {
        const tell = (what: string) => void (window as unknown as { tellOfLock(what: string): void }).tellOfLock(what);
        // At the edge: a headless browser has no screen to keep on.
        const request = async () => {
          const sentinel = new EventTarget() as WakeLockSentinel;
          sentinel.release = async () => {
            tell("released");
            sentinel.dispatchEvent(new Event("release"));
          };
          tell("asked");
          return sentinel;
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
      });
    });
    await myTab(page).getByText("Waiting for other clients").waitFor();
    const awake = page.getByRole("checkbox", { name: "Keep this device awake while training" });
    await awake.check();
    await expect.poll(() => locks).toEqual(["asked"]);
    await awake.uncheck();
    await expect.poll(() => locks).toEqual(["asked", "released"]);
    await awake.check();

    await context.setOffline(true);
    await myTab(page).getByText("This device has no network: training goes on").waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await context.setOffline(false);
    await myTab(page).getByText("The network is back.", { exact: true }).waitFor();

    await page.reload();
    expect(await awake.isChecked()).toBe(true);
    await expect.poll(() => locks.at(-1)).toBe("asked");
    await page.getByRole("button", { name: "Leave the federation…" }).click();
    const leave = page.getByRole("dialog").getByRole("button", { name: "Leave the federation", exact: true });
    await leave.waitFor();
    expect(await problemsOf(page, "[role=dialog]")).toEqual([]);
    await leave.click();
    await awake.waitFor({ state: "detached" });
    expect(await problemsOf(page)).toEqual([]);
    await expect.poll(() => locks.at(-1)).toBe("released");
    await context.close();
  });

  it("leaves first where its data is to be forgotten while it takes part, and trains no more", async () => {
    const waits = await federation(2);
    const { page, context } = await anna(waits);
    await myTab(page).getByText("Waiting for other clients").waitFor();
    await page.getByRole("link", { name: "Duet, front page" }).click();
    await page.getByRole("button", { name: /^Forget my data of/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("it leaves the federation, for good").waitFor();
    expect(await problemsOf(page, "[role=dialog]")).toEqual([]);
    await dialog.getByRole("button", { name: "Leave and forget" }).click();
    await page.getByRole("status").filter({ hasText: "under way: Forgotten in this browser: 60 rows" }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await waits.until("that it has left", ({ clients }) => clients[0]?.status === "left");
    await context.close();
  });

  it("is called for while the tab is hidden, by leave that is asked for with a press, never at load", async () => {
    const told: string[] = [];
    const waits = await federation(2);
    const { page, context } = await anna(waits, (tab) => {
      void tab.exposeFunction("tellOfNotice", (what: string) => void told.push(what));
      void tab.addInitScript(() => {
        const tell = (what: string) => void (window as unknown as { tellOfNotice(what: string): void }).tellOfNotice(what);
        // At the edge: a headless browser refuses notifications, and its tabs are always shown.
        class Notices extends EventTarget {
          static permission = "default";
          static async requestPermission() {
            tell("asked");
            Notices.permission = "granted";
            return "granted";
          }
          constructor(title: string) {
            super();
            tell(title);
          }
          close() {}
        }
        Object.defineProperty(window, "Notification", { value: Notices });
        Object.defineProperty(document, "hidden", { get: () => Reflect.get(window, "isAway") === true });
      });
    });
    await myTab(page).getByText("Waiting for other clients").waitFor();
    const bell = page.getByRole("button", { name: "Notify me" });
    expect(told).toEqual([]);
    await bell.click();
    await expect.poll(() => bell.getAttribute("aria-pressed")).toBe("true");
    await page.evaluate(() => Reflect.set(window, "isAway", true));
    await stage.organiser.request("federation:control", {
      federationId: waits.federationId,
      organiserKey: waits.organiserKey,
      action: { kind: "stop" },
    });
    await expect.poll(() => told).toEqual(["asked", "under way: stopped"]);
    await expect.poll(() => page.title()).toMatch(/under way · Duet$/);
    await context.close();
  });
});
