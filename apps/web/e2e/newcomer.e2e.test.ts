/** A newcomer's first minutes: sample data, a second tab, both learn; the same pages on a phone and in the dark. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** Runs in the page, before anything of it: remembers when its title is there. What is fetched from then on, nothing waits for. */
function markFirstScreen(): void {
  new MutationObserver((_, observer) => {
    if (!document.querySelector("h1")) return;
    performance.mark("first screen");
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

/** Runs in the page: addresses that were asked for before its first screen. */
function askedBefore(): string[] {
  const [mark] = performance.getEntriesByName("first screen");
  if (!mark) throw new Error("There was no first screen");
  return performance.getEntriesByType("resource").flatMap(({ name, startTime }) => (startTime < mark.startTime ? [name] : []));
}

describe("a newcomer", () => {
  it("watches it learn at one click, beside a simulated participant that comes back with the tab; a friend may join", async () => {
    const [first, second] = await Promise.all([stage.browser.newContext(), stage.browser.newContext()]);
    const [mine, theirs] = await Promise.all([first.newPage(), second.newPage()]);
    for (const page of [mine, theirs]) page.setDefaultTimeout(120_000);
    const training = (page: Page) =>
      page
        .getByRole("region", { name: "My tab" })
        .getByText(/Training the shared adapter/)
        .waitFor({ timeout: 120_000 });

    await mine.goto(stage.url);
    await mine.getByRole("button", { name: "system logs" }).click();
    await mine.waitForURL(/\/federation\/[^#]+#/);
    await training(mine);
    const simulated = mine.getByRole("cell", { name: /\(simulated\) here/ });
    await simulated.waitFor();
    await mine.reload();
    await training(mine);
    await simulated.waitFor();

    await theirs.goto(mine.url().replace("/federation/", "/join/"));
    await theirs.getByRole("textbox", { name: "Your name" }).fill("bram");
    await theirs.getByRole("button", { name: "Use sample data" }).click();
    await theirs.getByRole("button", { name: "Join and train" }).click();
    await training(theirs);

    await mine.goto(stage.url);
    // Nobody else finds it; this browser finds its way back.
    await mine.getByText("None is listed").waitFor();
    const back = mine.getByRole("region", { name: "Yours" }).getByRole("link", { name: /^Open / });
    await back.click();
    await mine.getByRole("region", { name: "Who comes in" }).waitFor();
    await Promise.all([first.close(), second.close()]);
  });

  it("takes the simulated participant along where its data is to be forgotten", async () => {
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(stage.url);
    await page.getByRole("button", { name: "Watch it learn" }).click();
    await page.getByRole("cell", { name: /\(simulated\) here/ }).waitFor();
    await page.getByRole("link", { name: "Duet, front page" }).click();
    await page.getByRole("button", { name: /^Forget my data of/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave and forget" }).click();
    await page.getByRole("status").filter({ hasText: "Forgotten in this browser" }).waitFor();
    // Who organises still sees it.
    await page
      .getByRole("region", { name: "Yours" })
      .getByRole("link", { name: /^Open / })
      .click();
    await page
      .getByText(/\(simulated\) left/)
      .first()
      .waitFor();
    await context.close();
  });

  it("comes from the front page to training by three decisions with sample data, and by five with rows of one's own", async () => {
    // A decision is something to choose or to say. The one button that goes on is none.
    const made: string[] = [];
    const decide = async (what: string, act: Promise<unknown>) => {
      await act;
      made.push(what);
    };
    const isTraining = (page: Page) => page.getByRole("region", { name: "My tab" }).getByText(/^Training the /);

    const samples = await stage.browser.newContext();
    const sample = await samples.newPage();
    sample.setDefaultTimeout(120_000);
    await sample.goto(stage.url);
    await decide("to watch it", sample.getByRole("button", { name: "Watch it learn" }).click());
    await isTraining(sample).waitFor();
    expect(made.length).toBeLessThanOrEqual(3);
    await samples.close();

    made.length = 0;
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const scenario = logsScenario({ clients: 1, seed: 7, rowsPerClient: 60 });
    const file = await stage.writeRows("own", scenario.clients[0]?.rows ?? []);
    await page.goto(stage.url);
    await decide("to start one", page.getByRole("link", { name: "Start a federation" }).click());
    await decide("what it learns", page.getByRole("radio", { name: /^Log severity/ }).check());
    await decide("its name", page.getByRole("textbox", { name: "Name" }).fill("own rows"));
    await page.getByRole("button", { name: "Create federation" }).click();
    await page.getByRole("link", { name: "Take part with this tab" }).click();
    await decide("which rows", page.getByLabel("Data file").setInputFiles(file));
    await decide("a name here", page.getByRole("textbox", { name: "Your name" }).fill("anna"));
    await page.getByRole("button", { name: "Join and train" }).click();
    // It waits for nobody else: the organiser may start it at once.
    await page.getByRole("button", { name: "Start now" }).click();
    await isTraining(page).waitFor();
    expect(made.length).toBeLessThanOrEqual(5);
    await context.close();
  });

  it("gets another share of the sample in every tab, also when all choose before any has joined", async () => {
    const model = (await stage.organiser.offer()).models.find(({ name }) => name === DEFAULT_BASE.label);
    if (!model) throw new Error("The default base is not served");
    const task = { kind: "label" as const, labels: [...SAMPLES.medical.labels] };
    const { inviteUrl } = await stage.open(defaultFederation({ name: "shares", model, task }));
    const context = await stage.browser.newContext();
    const tabs = await Promise.all([context.newPage(), context.newPage(), context.newPage()]);
    const shares = await Promise.all(
      tabs.map(async (page) => {
        await page.goto(inviteUrl);
        await page.getByRole("button", { name: "Use sample data" }).click();
        return page.getByText(/the share of “/).textContent();
      }),
    );
    expect(new Set(shares).size).toBe(3);
    await context.close();
  });

  it("asks for free text and is given a base that writes", async () => {
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${stage.url}/new`);
    const base = page.getByRole("combobox", { name: "Base model served here" });
    await base.waitFor();
    expect(await base.inputValue()).toBe(DEFAULT_BASE.label);
    await page.getByText("Free text").click();
    await page.getByRole("textbox", { name: "Labels" }).waitFor({ state: "detached" });
    expect(await base.inputValue()).toBe(DEFAULT_BASE.text);
    await base.selectOption(DEFAULT_BASE.label);
    await page.getByRole("textbox", { name: "Labels" }).waitFor();
    await context.close();
  });

  it.each([
    ["en-US", "shared adapter", "Glossary"],
    ["zh-CN", "共享适配器", "术语表"],
  ] as const)("follows a word to what all of them mean, in a tab beside this one, in %s", async (locale, word, title) => {
    const context = await stage.browser.newContext({ locale });
    const page = await context.newPage();
    await page.goto(stage.url);
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: word }).first().click();
    const glossary = await opened;
    await glossary.getByRole("heading", { level: 1, name: title }).waitFor();
    await expect.poll(() => glossary.getByRole("term").filter({ hasText: word }).first().isVisible()).toBe(true);
    expect(new URL(glossary.url()).hash).toBe("#shared-adapter");
    // From any page: all lead there.
    await page.goto(`${stage.url}/nowhere`);
    await page.getByRole("contentinfo").getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await context.close();
  });

  it.each(["en-US", "zh-CN"])(
    "waits for no more than 250 kB by gzip before the first screen, its words among them, in %s",
    async (locale) => {
      const context = await stage.browser.newContext({ locale });
      const page = await context.newPage();
      await page.addInitScript(markFirstScreen);
      await page.goto(stage.url);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const files = new Set(
        (await page.evaluate(askedBefore)).flatMap((url) => /assets\/[\w.-]+\.(js|css)$/.exec(url)?.[0] ?? []),
      );
      await context.close();
      expect([...files].filter((path) => path.includes("/words."))).not.toEqual([]);
      const sizes = await Promise.all([...files].map(async (path) => gzipSync(await readFile(`dist/web/${path}`)).byteLength));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
    },
  );

  it("can read every page at 360 px without scrolling sideways", async () => {
    const phone = await stage.browser.newContext({ viewport: { width: 360, height: 800 }, colorScheme: "dark" });
    const page = await phone.newPage();
    for (const path of ["/", "/new", "/glossary", "/nowhere"]) {
      await page.goto(`${stage.url}${path}`);
      await page.getByRole("heading").first().waitFor();
      const [wanted, shown] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(wanted, path).toBeLessThanOrEqual(shown ?? 0);
    }
    await phone.close();
  });
});
