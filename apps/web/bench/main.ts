/** `npm run bench:dashboard`, see USAGE: how the dashboard of many clients holds while events stream. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { CDPSession, Page } from "playwright";
import { type Stage, startStage } from "../e2e/support/stage.ts";
import { crowdOf, serveCrowd } from "./crowdStream.ts";
import { watchTrainingTab } from "./trainingTab.ts";

const USAGE = `npm run bench:dashboard -- [options]

  Milliseconds between frames of the dashboard, at rest and while events stream.

  --clients N     who took part (50)
  --rounds N      of the federation, two thirds of them over (200)
  --events N      a second (50)
  --seconds N     for each of the two (20)
  --pictures DIR  screenshots too, light and dark, 1280 and 390 px

  --training N    instead: tasks over 50 ms of the page of a tab that trains N rounds beside another one, and what ran in them`;

interface Options {
  readonly clients: number;
  readonly rounds: number;
  /** A second. */
  readonly events: number;
  readonly seconds: number;
  readonly pictures: string | undefined;
  /** Rounds of the tab that trains; null measures the dashboard of many. */
  readonly training: number | null;
}

/** Milliseconds between frames, and of tasks that were longer than 50. */
interface Frames {
  readonly between: readonly number[];
  readonly longTasks: readonly number[];
}

function watchFrames(page: Page, milliseconds: number): Promise<Frames> {
  return page.evaluate(async (time) => {
    const between: number[] = [];
    const longTasks: number[] = [];
    const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ entryTypes: ["longtask"] });
    const until = performance.now() + time;
    let last = await new Promise<number>(requestAnimationFrame);
    while (last < until) {
      const next = await new Promise<number>(requestAnimationFrame);
      between.push(next - last);
      last = next;
    }
    observer.disconnect();
    return { between, longTasks };
  }, milliseconds);
}

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);

try {
  const options = readOptions();
  if (options === "help") console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readOptions(): Options | "help" {
  const { values } = parseCommandLine({
    args: process.argv.slice(2),
    options: {
      help: { type: "boolean", short: "h", default: false },
      clients: { type: "string", default: "50" },
      rounds: { type: "string", default: "200" },
      events: { type: "string", default: "50" },
      seconds: { type: "string", default: "20" },
      pictures: { type: "string" },
      training: { type: "string" },
    },
  });
  if (values.help) return "help";
  const { clients, rounds, events, seconds, pictures, training } = values;
  return {
    clients: count("clients", clients),
    rounds: count("rounds", rounds),
    events: count("events", events),
    seconds: count("seconds", seconds),
    pictures,
    training: training === undefined ? null : count("training", training),
  };
}

/** @throws {Error} on what is no whole number above 0. */
function count(name: string, value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`--${name} takes a whole number above 0, not ${value}`);
  return Number(value);
}

async function main(options: Options): Promise<void> {
  const stage = await startStage();
  try {
    if (options.training === null) await measure(stage, options);
    else await measureTraining(stage, options.training);
  } finally {
    await stage.close();
  }
}

async function measure(stage: Stage, { clients, rounds, events, seconds, pictures }: Options): Promise<void> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const labels = Array.from({ length: 12 }, (_, index) => `label ${index}`);
  const federation = await stage.open(
    defaultFederation({ name: "crowd", model, task: { kind: "label", labels }, method: DEMO_METHOD }),
  );
  const like = await federation.until("itself", () => true);
  const snapshot = crowdOf(like, { clients, rounds, closed: Math.round(0.68 * rounds) });
  const page = await stage.browser.newPage({ viewport: { width: 1280, height: 900 } });
  const stream = await serveCrowd(page, snapshot);
  await page.goto(federation.watchUrl);
  await pinOne(page);
  if (pictures !== undefined) await takePictures(page, pictures);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  for (const rate of [0, events]) {
    stream.start(rate);
    const before = await busySeconds(session);
    const { between, longTasks } = await watchFrames(page, 1000 * seconds);
    const share = ((await busySeconds(session)) - before) / seconds;
    const sent = stream.stop();
    const sorted = between.toSorted((a, b) => a - b);
    console.log(
      `${clients} clients, ${rounds} rounds, ${sent} events in ${seconds} s: ${between.length} frames, ms between frames p50 ${at(sorted, 0.5)}, ` +
        `p95 ${at(sorted, 0.95)}, p99 ${at(sorted, 0.99)}; main thread busy ${(100 * share).toFixed(0)} %; tasks over 50 ms: ${longTasks.length}`,
    );
  }
}

async function measureTraining(stage: Stage, rounds: number): Promise<void> {
  const { seconds, longTasks } = await watchTrainingTab(stage, rounds);
  const sorted = longTasks.toSorted((a, b) => b.duration - a.duration);
  const total = longTasks.reduce((sum, { duration }) => sum + duration, 0);
  console.log(
    `${rounds} rounds in ${seconds.toFixed(0)} s: ${longTasks.length} tasks over 50 ms, the longest ${(sorted[0]?.duration ?? 0).toFixed(0)} ms, ` +
      `${((0.1 * total) / seconds).toFixed(1)} % of the time`,
  );
  for (const { duration, scripts } of sorted.slice(0, 10))
    console.log(`${duration.toFixed(0).padStart(6)} ms  ${scripts.join(", ")}`);
}

/** Chooses one client, as somebody who follows it does. */
async function pinOne(page: Page): Promise<void> {
  await page.getByRole("region", { name: "Every client, every round" }).waitFor();
  const search = page.getByRole("textbox", { name: "Find a client" });
  await search.fill("Site 17");
  await page.getByRole("button", { name: "Site 17" }).click();
  await search.fill("");
}

async function takePictures(page: Page, folder: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}/crowd-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Of the main thread since the page began. */
async function busySeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}
