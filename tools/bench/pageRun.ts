/** The longest task of the page's main thread while a tab trains, through Chromium's Long Tasks API, which reports those over 50 ms. */
import type { Page } from "playwright";
import { startStage } from "../../apps/web/e2e/support/stage.ts";

export interface PageRun {
  /** ms of every task over 50 ms between the first and the last training step, longest first. */
  readonly longTasks: readonly number[];
  /** Seconds of training that were watched. */
  readonly seconds: number;
}

const DEADLINE_MS = 300_000;

/** One tab of the built app trains alone on the sample of system logs, from its first round to the end. */
export async function measurePage(): Promise<PageRun> {
  const stage = await startStage();
  try {
    const page = await stage.browser.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    await page.addInitScript(() => {
      const tasks: { start: number; ms: number }[] = [];
      Object.assign(window, { duetLongTasks: tasks });
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) tasks.push({ start: startTime, ms: duration });
      }).observe({ type: "longtask" });
    });
    await page.goto(stage.url);
    await page.getByRole("button", { name: "System logs" }).click();
    await page.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
    await page.getByRole("button", { name: "Start now" }).click();
    return await watch(page);
  } finally {
    await stage.close();
  }
}

async function watch(page: Page): Promise<PageRun> {
  const from = await page.evaluate(() => performance.now());
  await page.getByText("All rounds are done").first().waitFor();
  return page.evaluate((start) => {
    const { duetLongTasks } = window as unknown as { duetLongTasks: { start: number; ms: number }[] };
    const longTasks = duetLongTasks.filter((task) => task.start >= start).map(({ ms }) => ms);
    return { longTasks: longTasks.sort((a, b) => b - a), seconds: (performance.now() - start) / 1000 };
  }, from);
}
