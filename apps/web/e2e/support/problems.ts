/** What axe finds on a page, on a desk and on a phone, in light and in dark colours, and whether it is wider than its window. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright";

const WIDTHS = [1280, 360] as const;
const SCHEMES = ["light", "dark"] as const;
type Scheme = (typeof SCHEMES)[number];
type RunOptions = Parameters<AxeBuilder["options"]>[0];

/** The rules whose outcome hangs on colours are asked in both schemes, all others once. */
const ASKED: Readonly<Record<Scheme, RunOptions>> = {
  light: { rules: { "target-size": { enabled: true } } },
  dark: { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } },
};

/**
 * Every rule that is broken here at some width in some scheme, with the elements and what was measured; `within` looks at a part of the page alone. Leaves
 * the page in light colours, as wide as a desk.
 */
export async function problemsOf(page: Page, within = "html"): Promise<string[]> {
  const problems: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of SCHEMES) {
      await wear(page, colorScheme);
      const found = await violationsIn(page, within, ASKED[colorScheme]);
      problems.push(...found.map((problem) => `at ${width} px in ${colorScheme} colours ${problem}`));
    }
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (isWider) problems.push(`wider than its page at ${width} px`);
  }
  await page.emulateMedia({ colorScheme: SCHEMES[0] });
  await page.setViewportSize({ width: WIDTHS[0], height: 800 });
  return problems;
}

/** A page that has no colours of its own for the dark is left as it is. */
async function wear(page: Page, colorScheme: Scheme): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html:is([data-mantine-color-scheme=${colorScheme}], :not([data-mantine-color-scheme]))`).waitFor();
  // What fades in, or to other colours, is measured as it will stand; what moves for ever is measured as it is.
  await page.evaluate(() => {
    const ends = ({ effect }: Animation) => effect?.getComputedTiming().endTime !== Infinity;
    for (const animation of document.getAnimations().filter(ends)) animation.finish();
  });
}

/** In the page itself: no frame of ours is of another origin, and a page in between would take longer than the rules do. */
async function violationsIn(page: Page, within: string, asked: RunOptions): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().include(within);
  const { violations } = await axe.options({ ...asked, resultTypes: ["violations"] }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}, ${target}: ${failureSummary}`));
}
