/** How long a page that trains keeps its main thread: a federation of two tabs, one of them watched from joining to the end. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
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
  const federation = await stage.open(
    defaultFederation({ name: "busy", model, task: scenario.task, method: DEMO_METHOD, rounds, minClients: 2 }),
  );
  const files = await Promise.all(scenario.clients.map(({ rows }, k) => stage.writeRows(`busy ${k}`, rows)));
  const data = (k: number) => ({ name: `ward ${k}`, file: files[k] ?? "", input: "input", answer: "answer" });
  const onPage = (page: Page) => void page.addInitScript(observe);
  const { page, context } = await join(stage.browser, federation.inviteUrl, data(0), { deadlineMs: DEADLINE_MS, onPage });
  const began = performance.now();
  const joined = await page.evaluate(() => performance.now());
  const other = await join(stage.browser, federation.inviteUrl, data(1), { deadlineMs: DEADLINE_MS });
  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  // What is below the result comes last. To ask whether it is seen would have the page laid out within a task of its own.
  await page.waitForFunction(() => document.querySelectorAll(".dashboard.result").length === 2);
  const seconds = (performance.now() - began) / 1000;
  const { tasks, frames } = await page.evaluate(() => Reflect.get(window, "observed") as Observed);
  await Promise.all([context.close(), other.context.close()]);
  const since = tasks.filter(({ start }) => start >= joined);
  return { seconds, longTasks: since.map((task) => ({ duration: task.duration, scripts: scriptsIn(task, frames) })) };
}

interface Script {
  readonly invoker: string;
  readonly duration: number;
}

interface Span {
  readonly start: number;
  readonly duration: number;
}

interface Observed {
  readonly tasks: readonly Span[];
  /** They come after their tasks, and tell which scripts were in them; tasks do not. */
  readonly frames: readonly (Span & { readonly scripts: readonly Script[] })[];
}

function scriptsIn({ start }: Span, frames: Observed["frames"]): readonly string[] {
  const frame = frames.find((candidate) => candidate.start <= start && start <= candidate.start + candidate.duration);
  const scripts = (frame?.scripts ?? []).toSorted((a, b) => b.duration - a.duration);
  return scripts.map(({ invoker, duration }) => `${invoker} ${Math.round(duration)} ms`);
}

/** Runs in the page, before anything of it. */
function observe(): void {
  const [tasks, frames]: [Span[], (Span & { readonly scripts: readonly Script[] })[]] = [[], []];
  Reflect.set(window, "observed", { tasks, frames });
  new PerformanceObserver((list) => {
    for (const { startTime: start, duration } of list.getEntries()) tasks.push({ start, duration });
  }).observe({ type: "longtask" });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const scripts = (Reflect.get(entry, "scripts") as readonly Script[]).map((script) => ({
        invoker: script.invoker,
        duration: script.duration,
      }));
      frames.push({ start: entry.startTime, duration: entry.duration, scripts });
    }
  }).observe({ type: "long-animation-frame" });
}
