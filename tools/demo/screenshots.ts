/** Pictures of the dashboard: wide in light and dark, narrow, and one participant's own view. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright";

interface Views {
  readonly watchUrl: string;
  readonly participant: Page | undefined;
  /** Clients told figures of which there are charts; with differential privacy they tell none. */
  readonly hasCharts: boolean;
  readonly folder: string;
}

export async function takeScreenshots(browser: Browser, { watchUrl, participant, hasCharts, folder }: Views): Promise<void> {
  await mkdir(folder, { recursive: true });
  const views = [
    { name: "dashboard-light", colorScheme: "light", width: 1280, height: 900 },
    { name: "dashboard-dark", colorScheme: "dark", width: 1280, height: 900 },
    { name: "dashboard-narrow", colorScheme: "light", width: 390, height: 844 },
  ] as const;
  for (const { name, colorScheme, width, height } of views) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(watchUrl);
    await page.getByRole("status", { name: "Federation status" }).waitFor();
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    await context.close();
  }
  if (!participant) return;
  // A page in the background does not draw.
  await participant.bringToFront();
  // Attached, not visible: a line of equal values has no height, and Playwright calls that hidden.
  if (hasCharts) await participant.locator("figure path").first().waitFor({ state: "attached" });
  await participant.screenshot({ path: join(folder, "participant.png"), fullPage: true });
}
