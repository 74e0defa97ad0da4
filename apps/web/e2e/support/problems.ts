/** What axe finds on a page, on a desk and on a phone, in light and in dark colours, and whether it is wider than its window. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright";

const WIDTHS = [1280, 390] as const;
/** The rules whose outcome hangs on colours; all others are asked once, in light ones. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Every rule that is broken here at some width in some scheme, with the elements and what was measured. Leaves the page in light colours, as wide as a desk. */
export async function problemsOf(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    problems.push(
      ...(await brokenRules(page, "light", width, (axe) => axe.options({ rules: { "target-size": { enabled: true } } }))),
    );
    problems.push(...(await brokenRules(page, "dark", width, (axe) => axe.withRules(OF_COLOURS))));
    await page.emulateMedia({ colorScheme: "light" });
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (isWider) problems.push(`wider than its page at ${width} px`);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 800 });
  return problems;
}

async function brokenRules(page: Page, colorScheme: "light" | "dark", width: number, asked: (axe: AxeBuilder) => AxeBuilder) {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  // What fades in, or to other colours, is measured as it will stand; what moves for ever is measured as it is.
  await page.evaluate(() => {
    const ends = ({ effect }: Animation) => effect?.getComputedTiming().endTime !== Infinity;
    for (const animation of document.getAnimations().filter(ends)) animation.finish();
  });
  const { violations } = await asked(new AxeBuilder({ page })).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${width} px in ${colorScheme} colours, ${target}: ${failureSummary}`),
  );
}
