/** The data page with files as people have them: what was decided is seen, can be changed, and what was left out is in plain sight. */
import { readFile } from "node:fs/promises";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
let federation: OpenFederation;
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const task = { kind: "label" as const, labels: ["flu", "cold"] };
  federation = await stage.open(defaultFederation({ name: "data page", model, task, minClients: 2 }));
});
afterAll(() => stage?.close());

async function joining(visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await stage.browser.newContext({ viewport: { width: 390, height: 900 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(federation.inviteUrl);
    await visit(page);
  } finally {
    await context.close();
  }
}

const connect = (page: Page, name: string, buffer: Buffer) =>
  page.getByLabel("Data file").setInputFiles({ name, mimeType: "text/plain", buffer });

const SIGNS =
  "fièvre nausée migraine vertige fatigue éternuement démangeaison frissons œdème douleur palpitation enrouement".split(" ");

/** Rows that differ, so that they can be split. */
const rows = (line: (i: number) => string) => Array.from({ length: 12 }, (_, i) => line(i));

test("an export of Excel in windows-1252: read, said so, and read anew in another encoding", () =>
  joining(async (page) => {
    const text = [
      "sep=;",
      "text;label",
      ...rows((i) => `${SIGNS[i]}, depuis ${i * 7} jours;${i % 2 ? " FLU" : "Cold"}`),
      "no label here;",
      "a;b;c",
    ].join("\r\n");
    await connect(page, "export.csv", Buffer.from(text, "latin1"));
    await page
      .getByRole("list", { name: "About this file" })
      .getByText(/windows-1252/)
      .waitFor();
    await page.getByRole("cell", { name: /fièvre/ }).waitFor();
    expect(await page.getByLabel("Separator").inputValue()).toBe("auto");
    await page.getByText("as it looks: semicolon").waitFor({ state: "attached" });
    await page.getByRole("heading", { name: "2 lines not used" }).waitFor();
    const press = page.getByRole("button", { name: "Download these lines" }).click();
    const [left] = await Promise.all([page.waitForEvent("download"), press]);
    expect(left.suggestedFilename()).toBe("export-not-used.csv");
    const [head, ...lines] = (await readFile(await left.path(), "utf8")).split("\r\n");
    expect(head).toBe("\ufeffline,why not used,text,label");
    expect(lines).toEqual([expect.stringMatching(/^15,label is empty,no label here,$/), expect.stringMatching(/^16,.*3 fields/)]);
    await page.getByText(/Labels read in another spelling: 6 × “Cold” as “cold”/).waitFor();
    await page.getByText("12 rows", { exact: true }).last().waitFor();

    await page.getByRole("checkbox", { name: /written exactly/ }).check();
    await page.getByText(/No row has one of the federation's labels.*"Cold".*"flu"/).waitFor();

    await page.getByLabel("Encoding").selectOption("windows-1251");
    await expect.poll(() => page.getByRole("cell", { name: /fièvre/ }).count()).toBe(0);
    await page
      .getByRole("cell", { name: /fi.vre/ })
      .first()
      .waitFor();
  }));

test("a file without a header, and columns joined by a template", () =>
  joining(async (page) => {
    const lines = rows((i) => `patient with ${SIGNS[i]},has felt it for ${i * 3} days,${i % 2 ? "flu" : "cold"}`);
    await connect(page, "plain.csv", Buffer.from(lines.join("\n")));
    await page.getByLabel("First line").selectOption("is a row");
    await page.getByLabel("Answer column").selectOption("column 3");
    await page.getByText("12 rows", { exact: true }).last().waitFor();
    await page.getByLabel("Input column").selectOption("several, joined by a template");
    expect(await page.getByRole("textbox", { name: "Template of the input" }).inputValue()).toBe("{column 1}\n{column 2}");
    await page.getByRole("textbox", { name: "Template of the input" }).fill("{column 1} {nothing}");
    await page.getByText(/no column "nothing"/).waitFor();
  }));

test("a log has no answers, which is said at once with what to do", () =>
  joining(async (page) => {
    await connect(page, "app.log", Buffer.from("2026-11-28 10:00:00 INFO started\n2026-11-28 10:00:01 ERROR stopped\n"));
    await page.getByText(/no answers.*label column.*free-text task/).waitFor();
  }));

/** Every row of every client that this browser keeps; "" before its worker has made the database, which must not be made here. */
const keptRows = (page: Page) =>
  page.evaluate(async () => {
    const made = await indexedDB.databases();
    if (!made.some(({ name }) => name === "duet")) return "";
    return new Promise<string>((resolve, reject) => {
      const opening = indexedDB.open("duet");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const rows = database.transaction("rows").objectStore("rows").getAll();
        rows.onsuccess = () => resolve(JSON.stringify(rows.result));
        rows.onerror = () => reject(rows.error);
        database.close();
      };
    });
  });

test("personal data is found and masked with one click, can be put back, and what is kept is what was masked", () =>
  joining(async (page) => {
    const line = (i: number) =>
      `${SIGNS[i]} since day ${i}, write to person${i}@example.org from 10.1.0.${i},${i % 2 ? "flu" : "cold"}`;
    await connect(page, "people.csv", Buffer.from(["text,label", ...rows(line)].join("\n")));
    await page.getByText("12 rows of 12 seem to hold personal data").waitFor();
    await page.getByText("12 mail addresses: “person0@example.org”").waitFor();

    // With both masked the rows are too much alike to be split: it is said, and can be undone.
    await page.getByRole("button", { name: "Mask these in all rows" }).click();
    await page.getByText(/near-duplicate texts/).waitFor();
    await page.getByRole("button", { name: "Undo masking" }).click();
    await page.getByRole("checkbox", { name: /12 IP addresses/ }).uncheck();
    await page.getByRole("button", { name: "Mask these in all rows" }).click();
    await page.getByRole("button", { name: "Undo masking" }).click();
    await page.getByRole("button", { name: "Mask these in all rows" }).click();
    await page.getByText(/12 mail addresses.*masked as \[mail\]/).waitFor();
    expect(await problemsOf(page)).toEqual([]);

    await page.getByRole("textbox", { name: "Your name" }).fill("nadia");
    await page.getByRole("button", { name: "Join and train" }).click();
    await expect.poll(() => keptRows(page), { timeout: 120_000 }).toContain("[mail]");
    await page.reload();
    const kept = await keptRows(page);
    expect(kept).not.toContain("person");
    expect(kept.match(/\[mail\]/g)).toHaveLength(12);
    expect(kept).toContain("10.1.0.7");
  }));

test("nobody joins with rows of an earlier choice while those of the new one are made", () =>
  joining(async (page) => {
    const lines = rows((i) => `${SIGNS[i]} for ${i * 7} days,${SIGNS[11 - i]} at night,${i % 2 ? "flu" : "cold"}`);
    await connect(page, "rows.csv", Buffer.from(["day,night,label", ...lines].join("\n")));
    await page.getByRole("textbox", { name: "Your name" }).fill("odile");
    const join = page.getByRole("button", { name: "Join and train" });
    await expect.poll(() => join.isEnabled()).toBe(true);
    // At once, before the worker can have answered.
    const isOpen = await page.getByLabel("Input column").evaluate(async (select: HTMLSelectElement) => {
      select.value = select.value === "night" ? "day" : "night";
      select.dispatchEvent(new Event("change", { bubbles: true }));
      await Promise.resolve();
      const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent?.includes("Join and train"));
      return button !== undefined && !button.disabled;
    });
    expect(isOpen).toBe(false);
    await expect.poll(() => join.isEnabled()).toBe(true);
  }));

test("rows beside the federation's labels, as the base reads them, and how fast this device learns from them, before anybody joins", () =>
  joining(async (page) => {
    const lines = rows((i) => `${SIGNS[i]} for ${i * 7} days and ${SIGNS[11 - i]} at night,flu`);
    await connect(page, "rows.csv", Buffer.from(["text,label", ...lines].join("\n")));
    await page.getByLabel("Answer column").selectOption("label");
    const labels = page.getByRole("region", { name: "Labels: yours beside the federation's" });
    await labels.getByText("“flu” is 2.0 times as frequent in your rows as it would be").waitFor();
    await labels.getByText("Not in your rows, which is fine: cold.").waitFor();
    await labels
      .getByText(/The one client here tells of \d+ rows to train on; this page does not show which labels those have/)
      .waitFor();

    const read = page.getByRole("region", { name: "As the model reads them" });
    await read.getByText("line 2").waitFor();
    await read.getByText("should answer flu").first().waitFor();
    await read.getByRole("figure", { name: "0 of 12 rows are longer than" }).waitFor();

    const ready = page.getByRole("region", { name: "Readiness check" });
    await ready.getByRole("button", { name: "Check this device" }).click();
    await ready.getByText(/tok\/s/).waitFor({ timeout: 120_000 });
    await ready.getByText(/Gradients agree to \d+ in a million/).waitFor();
    await ready.getByText(/of computing for you/).waitFor();
    await ready.getByText("A round may take").waitFor();
    expect(await problemsOf(page)).toEqual([]);
  }));

test("of two files that are dropped together none is read, and it is said", () =>
  joining(async (page) => {
    const dropzone = page.getByText("Drop a file here").locator("..");
    const drop = async (names: readonly string[]) => {
      const dataTransfer = await page.evaluateHandle((names) => {
        const transfer = new DataTransfer();
        for (const name of names) transfer.items.add(new File(["text,label\nfièvre,flu\n"], name));
        return transfer;
      }, names);
      await dropzone.dispatchEvent("drop", { dataTransfer });
    };
    await drop(["first.csv", "second.csv"]);
    await page.getByRole("alert").getByText("2 files were dropped, and none of them was read").waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await drop(["second.csv"]);
    await page.getByLabel("Input column").waitFor();
    expect(await page.getByRole("alert").getByText("files were dropped").count()).toBe(0);
  }));
