/** A newcomer's first minutes: sample data, a second tab, both learn; the same pages on a phone and in the dark. */
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

describe("a newcomer", () => {
  it("tries the sample data in one tab, invites a second, and both train", async () => {
    const first = await stage.browser.newContext();
    const second = await stage.browser.newContext();
    const [mine, theirs] = [await first.newPage(), await second.newPage()];
    for (const page of [mine, theirs]) page.setDefaultTimeout(60_000);

    await mine.goto(stage.url);
    await mine.getByRole("button", { name: "System logs" }).click();
    await mine.waitForURL(/\/federation\/[^#]+#/);
    await mine
      .getByRole("status", { name: "Federation status" })
      .getByText(/Waiting for 1 more client/)
      .first()
      .waitFor();

    await theirs.goto(mine.url().replace("/federation/", "/join/"));
    await theirs.getByRole("textbox", { name: "Your name" }).fill("bram");
    await theirs.getByRole("button", { name: "Use sample data" }).click();
    await theirs.getByRole("button", { name: "Join and train" }).click();

    for (const page of [mine, theirs]) {
      await page
        .getByRole("region", { name: "My tab" })
        .getByText(/Training the shared adapter/)
        .waitFor({ timeout: 120_000 });
    }
    await mine.goto(stage.url);
    // Nobody else finds it; this browser finds its way back.
    await mine.getByText("None is listed").waitFor();
    const back = mine.getByRole("region", { name: "Yours" }).getByRole("link", { name: /^Open / });
    expect(await back.count()).toBe(1);
    await back.click();
    await mine.getByRole("region", { name: "Who comes in" }).waitFor();
    await Promise.all([first.close(), second.close()]);
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

  it("can read every page at 390 px without scrolling sideways", async () => {
    const phone = await stage.browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    const page = await phone.newPage();
    for (const path of ["/", "/new", "/nowhere"]) {
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
