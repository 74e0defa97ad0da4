/** How long a page that trains keeps its main thread: a federation of two tabs, one of them watched from joining to the end. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { join } from "../e2e/support/participant.ts";
import type { Stage } from "../e2e/support/stage.ts";

const DEADLINE_MS = 300_000;

/** A task of the main thread that took longer than 50 ms. */
export interface LongTask {
  /** Milliseconds. */
  readonly duration: number;
  /** What ran in it, longest first: "who called it, for how long", as far as the browser tells. */
  readonly scripts: readonly string[];
}

export interface TrainingTab {
  readonly seconds: number;
  readonly longTasks: readonly LongTask[];
}

/** From the press on "Join and train" until the federation's end, which the page then shows. */
export async function watchTrainingTab(stage: Stage, rounds: number): Promise<TrainingTab> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const scenario = logsScenario({ clients: 2, seed: 5, rowsPerClient: 240 });
  const federation = await stage.open(defaultFederation({ name: "busy", model, task: scenario.task, rounds, minClients: 2 }));
  const files = await Promise.all(scenario.clients.map(({ rows }, k) => stage.writeRows(`busy ${k}`, rows)));
  const data = (k: number) => ({ name: `ward ${k}`, file: files[k] ?? "", input: "input", answer: "answer" });
  const onPage = (page: Page) => void page.addInitScript(observe);
  const { page, context } = await join(stage.browser, federation.inviteUrl, data(0), { deadlineMs: DEADLINE_MS, onPage });
  const began = performance.now();
  const other = await join(stage.browser, federation.inviteUrl, data(1), { deadlineMs: DEADLINE_MS });
  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  await page.getByRole("region", { name: "Use it" }).waitFor();
  const seconds = (performance.now() - began) / 1000;
  const longTasks = await page.evaluate(() => Reflect.get(window, "longTasks") as LongTask[]);
  await Promise.all([context.close(), other.context.close()]);
  return { seconds, longTasks };
}

interface Script {
  readonly invoker: string;
  readonly duration: number;
}

/** Runs in the page, before anything of it. Frames tell which scripts were in them; tasks do not. */
function observe(): void {
  const longTasks: LongTask[] = [];
  Reflect.set(window, "longTasks", longTasks);
  const frames: { readonly start: number; readonly end: number; readonly scripts: readonly Script[] }[] = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const scripts = (Reflect.get(entry, "scripts") as readonly Script[]).map(({ invoker, duration }) => ({
        invoker,
        duration,
      }));
      frames.push({ start: entry.startTime, end: entry.startTime + entry.duration, scripts });
    }
  }).observe({ type: "long-animation-frame" });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      const frame = frames.find(({ start, end }) => start <= startTime && startTime <= end);
      const scripts = (frame?.scripts ?? []).toSorted((a, b) => b.duration - a.duration);
      longTasks.push({ duration, scripts: scripts.map(({ invoker, duration: took }) => `${invoker} ${Math.round(took)} ms`) });
    }
  }).observe({ type: "longtask" });
}
