/** Drives the playground of a tab as its owner would: by roles and names only. */
import { readFile } from "node:fs/promises";
import { readTable } from "@duet/lora-core/data/readTable";
import type { Page } from "playwright";

/** The label each adapter gives to the input, by the adapter's name. Opens the playground first. */
export async function askAllFour(page: Page, input: string): Promise<Record<string, string>> {
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill(input);
  await page.getByRole("button", { name: "Ask all" }).click();
  const answers: Record<string, string> = {};
  for (const name of ["base", "personal", "shared", "fused"]) {
    const card = page.getByRole("region", { name, exact: true });
    await card.getByRole("list", { name: "Probabilities" }).waitFor();
    // The likeliest label, followed by its probability.
    const likeliest = await card.getByRole("listitem").first().textContent();
    answers[name] = likeliest?.replace(/[01]\.\d\d$/, "") ?? "";
  }
  return answers;
}

/** Moves the personal weight one step up, and waits for its accuracy; the weight before and after. */
export async function moveWeight(page: Page) {
  const slider = page.getByRole("slider", { name: "w₁ personal" });
  const value = async () => Number(await slider.getAttribute("aria-valuenow"));
  const figure = page.getByRole("region", { name: "Fusion by hand" }).getByText(/^Accuracy [01]\.\d\d, loss \d+\.\d+ on your/);
  await figure.waitFor();
  const before = await value();
  await slider.press("ArrowRight");
  await page.getByText(/^Measuring on your/).waitFor();
  await figure.waitFor();
  return { before, after: await value() };
}

/** The rows of the CSV that the playground makes of a file, by column. */
export async function answerFile(page: Page, file: string): Promise<readonly Record<string, string>[]> {
  const panel = page.getByRole("region", { name: "Predict a file" });
  await panel.getByLabel("File to predict", { exact: true }).setInputFiles(file);
  await panel.getByRole("button", { name: "Predict every row" }).click();
  const save = panel.getByRole("button", { name: "Download the CSV" });
  await save.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
  const content = await readFile(await download.path(), "utf8");
  return readTable(content, "answers.csv").rows.map(({ values }) => values);
}
