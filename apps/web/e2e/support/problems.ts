/** What axe finds on a page, on a desk and on a phone, and whether it is wider than its window. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright";

const WIDTHS = [1280, 390] as const;

/** Every rule that is broken here at some width, with the elements and what was measured. */
export async function problemsOf(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    // A page that fades in is measured when it stands; what moves for ever is measured as it is.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      return Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
    });
    const { violations } = await new AxeBuilder({ page }).options({ rules: { "target-size": { enabled: true } } }).analyze();
    for (const { id, nodes } of violations)
      problems.push(...nodes.map(({ target, failureSummary }) => `${id} at ${width} px, ${target}: ${failureSummary}`));
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (isWider) problems.push(`wider than its page at ${width} px`);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 800 });
  return problems;
}
