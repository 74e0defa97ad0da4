/** Drives one browser tab as a participant would: by roles and names only. */
import type { Browser, BrowserContext, Page } from "playwright";

export interface Participant {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
}

export interface ParticipantData {
  readonly name: string;
  /** Path of the data file on this machine; it is connected through the page's file input. */
  readonly file: string;
  readonly input: string;
  readonly answer: string;
  /** Path of an adapter's .zip to continue from. */
  readonly adapter?: string;
}

/** A new page with what the dead one's tab remembered: what a browser does that restores its tabs. `onDead` may take its time. */
export async function restored(
  context: BrowserContext,
  dead: Page,
  onDead: () => Promise<unknown> = async () => {},
): Promise<Page> {
  const [address, remembered] = [dead.url(), await dead.evaluate(() => ({ ...sessionStorage }))];
  await dead.close();
  await onDead();
  const page = await context.newPage();
  await page.addInitScript((entries: Record<string, string>) => {
    for (const [key, value] of Object.entries(entries)) sessionStorage.getItem(key) ?? sessionStorage.setItem(key, value);
  }, remembered);
  await page.goto(address);
  return page;
}

/**
 * Opens an invite link in a browser context of its own (own storage, as on another device) and joins. `onPage` sees the page before it
 * goes anywhere. The caller closes the context.
 */
export async function join(
  browser: Browser,
  inviteUrl: string,
  data: ParticipantData,
  options: {
    readonly backend?: string | undefined;
    readonly deadlineMs: number;
    /** Of a browser that is there already; left out for one of its own. */
    readonly context?: BrowserContext;
    readonly onPage?: (page: Page) => void;
    /** Chosen on the page; left out where what is proposed is taken. */
    readonly figures?: "Everybody" | "The organiser" | "Nobody" | undefined;
    /** The same, where clients may have ranks of their own. */
    readonly rank?: number | undefined;
  },
): Promise<Participant> {
  const context = options.context ?? (await browser.newContext());
  context.setDefaultTimeout(options.deadlineMs);
  const page = await context.newPage();
  options.onPage?.(page);
  const url = new URL(inviteUrl);
  if (options.backend) url.searchParams.set("backend", options.backend);
  await page.goto(url.href);
  if (options.figures) await page.getByRole("radio", { name: options.figures }).check();
  if (options.rank) await page.getByRole("combobox", { name: "Ranks of your adapters" }).selectOption(`${options.rank}`);
  await introduce(page, data);
  if (data.adapter !== undefined) {
    await page.getByText("Continue from an adapter").click();
    await page.getByLabel("Adapter files").setInputFiles(data.adapter);
    await page.getByText("your personal adapter starts from it").waitFor();
  }
  await page.getByRole("button", { name: "Join and train" }).click();
  return { name: data.name, page, context };
}

/** Who comes, and with which rows, on a page that asks for both: an invite's or a team's. */
export async function introduce(page: Page, { name, file, input, answer }: ParticipantData): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByLabel("Data file").setInputFiles(file);
  await page.getByLabel("Input column").selectOption(input);
  await page.getByLabel("Answer column").selectOption(answer);
}
