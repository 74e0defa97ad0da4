/** How the dashboard of many clients holds while events stream: `npm run bench:dashboard -- [--clients 50] [--rounds 200] [--events 50] [--seconds 20] [--pictures DIR]`. */
import { parseArgs } from "node:util";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { Page } from "playwright";
import { startStage } from "../e2e/support/stage.ts";
import { crowdOf, serveCrowd } from "./crowdStream.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "50" },
    rounds: { type: "string", default: "200" },
    events: { type: "string", default: "50" },
    seconds: { type: "string", default: "20" },
    pictures: { type: "string" },
  },
});
const [clients, rounds, events, seconds] = [values.clients, values.rounds, values.events, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
];

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

const stage = await startStage();
try {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const labels = Array.from({ length: 12 }, (_, index) => `label ${index}`);
  const federation = await stage.open(defaultFederation({ name: "crowd", model, task: { kind: "label", labels } }));
  const like = await federation.until("itself", () => true);
  const snapshot = crowdOf(like, { clients, rounds, closed: Math.round(0.68 * rounds) });
  const page = await stage.browser.newPage({ viewport: { width: 1280, height: 900 } });
  const stream = await serveCrowd(page, snapshot);
  await page.goto(federation.watchUrl);
  await page.getByRole("region", { name: "Every client, every round" }).waitFor();
  await page.getByRole("textbox", { name: "Find a client" }).fill("Site 17");
  await page.getByRole("button", { name: "Site 17" }).click();
  await page.getByRole("textbox", { name: "Find a client" }).fill("");
  if (values.pictures !== undefined) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${values.pictures}/crowd-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const busy = async () =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  for (const rate of [0, events]) {
    stream.start(rate);
    const before = await busy();
    const { between, longTasks } = await watchFrames(page, 1000 * seconds);
    const share = ((await busy()) - before) / seconds;
    const sent = stream.stop();
    const sorted = between.toSorted((a, b) => a - b);
    process.stdout.write(
      `${clients} clients, ${rounds} rounds, ${sent} events in ${seconds} s: ${between.length} frames, ms between frames p50 ${at(sorted, 0.5)}, p95 ${at(sorted, 0.95)}, p99 ${at(sorted, 0.99)}; main thread busy ${(100 * share).toFixed(0)} %; tasks over 50 ms: ${longTasks.length}\n`,
    );
  }
} finally {
  await stage.close();
}
