/** The base model crosses the wire once per browser, whichever tab asks for it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("downloads the base model in the first tab, and takes it from the browser's storage in the second", async () => {
  const context = await stage.browser.newContext();
  context.setDefaultTimeout(120_000);
  const downloads: string[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname.endsWith("model.safetensors")) downloads.push(request.url());
  });
  for (let tab = 0; tab < 2; tab++) {
    const page = await context.newPage();
    await page.goto(stage.url);
    await page.getByRole("button", { name: "system logs", exact: true }).click();
    await page.waitForURL(/\/federation\/[^#]+#/);
    const mine = page.getByRole("region", { name: "My tab" });
    // With the base at hand the companion may be there before anybody sees that it was waited for.
    await mine
      .getByText(/Waiting for other clients|Finished/)
      .first()
      .waitFor();
    expect(await mine.getByText("did not keep the base model").count()).toBe(0);
    expect(downloads).toHaveLength(1);
    await page.close();
  }
  await context.close();
});
