/** Base models that the coordinator does not serve: files that everyone picks, which must be the same, and a model on a hub. */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type HubFiles, type HubUnderTest, startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

const FILES = ["config.json", "tokenizer.json", "model.safetensors"].map((name) => resolve("models/duet-tiny", name));
const scenario = logsScenario({ clients: 2, seed: 5, rowsPerClient: 40 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];

let stage: Stage;
let hub: HubUnderTest;
beforeAll(async () => {
  hub = await startHub(await hubFiles());
  stage = await startStage({ hub: hub.address });
});
afterAll(async () => {
  hub?.close();
  await stage?.close();
});

async function hubFiles(): Promise<HubFiles> {
  const [config, tokenizer, weights] = await Promise.all(FILES.map((file) => readFile(file)));
  return {
    "config.json": JSON.parse(String(config)),
    "tokenizer.json": JSON.parse(String(tokenizer)),
    "model.safetensors": new Uint8Array(weights ?? []),
    "pytorch_model.bin": new Uint8Array(10),
  };
}

/** Fills in the rest of the form; the base model is chosen. */
async function create(page: Page): Promise<string> {
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("own model");
  await page.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
  await page.getByRole("button", { name: "Create federation" }).click();
  return page.getByRole("textbox", { name: "Invite link" }).inputValue();
}

async function joinAs(page: Page, index: number): Promise<void> {
  const name = ["anna", "bram"][index] ?? "";
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByLabel("Data file").setInputFiles(await stage.writeRows(name, scenario.clients[index]?.rows ?? []));
  await page.getByLabel("Input column").selectOption("input");
  await page.getByLabel("Answer column").selectOption("answer");
  await page.getByRole("button", { name: "Join and train" }).click();
}

it("is trained by tabs that picked the same files, refused where a file differs, and kept over a reload", async () => {
  const [mine, theirs] = [await stage.browser.newContext(), await stage.browser.newContext()];
  const [creator, other] = [await mine.newPage(), await theirs.newPage()];
  const requests: string[] = [];
  for (const page of [creator, other]) {
    page.setDefaultTimeout(90_000);
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  }

  await creator.goto(`${stage.url}/new`);
  await creator.getByText("My files", { exact: true }).click();
  await creator.getByLabel("Model files").setInputFiles(FILES);
  await creator.getByText("decoder, 3.8 M parameters, 7.71 MB in 3 files").waitFor();
  const invite = await create(creator);

  const changed = await readFile(FILES[2] ?? "");
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const wrong = resolve(await stage.writeRows("unused", []), "../model.safetensors");
  await writeFile(wrong, changed);
  await other.goto(invite);
  const files = other.getByRole("region", { name: "Base model files" });
  await files.getByText("Still needed: config.json (526 B)").waitFor();
  await files.getByLabel("Model files").setInputFiles([...FILES.slice(0, 2), wrong]);
  await files.getByText("model.safetensors differs from the one that this federation was created with").waitFor();
  expect(await other.getByRole("button", { name: "Join and train" }).isDisabled()).toBe(true);
  await files.getByLabel("Model files").setInputFiles(FILES);
  await files.getByText("This device has the base model's files.").waitFor();
  await joinAs(other, 1);
  const theirTab = other.getByRole("region", { name: "My tab" });
  await theirTab.getByText("Waiting for other clients").waitFor();
  await other.reload();
  await theirTab.getByText("Waiting for other clients").waitFor();

  await creator.getByRole("link", { name: "Take part with this tab" }).click();
  await joinAs(creator, 0);
  for (const page of [creator, other]) {
    await page
      .getByRole("region", { name: "My tab" })
      .getByText(/Training the shared adapter/)
      .waitFor();
  }
  expect(requests.filter((path) => path.startsWith("/models/"))).toEqual([]);
  await Promise.all([mine.close(), theirs.close()]);
});

it("is taken from a hub, at the commit it had when the federation was created, and only what is needed", async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  await page.goto(`${stage.url}/new`);
  await page.getByText("On a hub", { exact: true }).click();
  const address = page.getByRole("textbox", { name: "Address" });
  await address.fill("acme/nothing");
  await page.getByRole("button", { name: "Look it up" }).click();
  await page.getByText("has no public model acme/nothing at main").waitFor();
  await address.fill("acme/tiny");
  await page.getByRole("button", { name: "Look it up" }).click();
  await page.getByText(/^tiny: decoder, 3.8 M parameters, 7.\d+ MB in 3 files, at commit 0123456789ab$/).waitFor();
  const header = "model.safetensors bytes=0-262143"; // by which the page, then the coordinator, knows that it can be loaded
  expect(hub.requests).toEqual([header]);
  await page.goto(await create(page));
  await joinAs(page, 0);
  await page.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
  expect(hub.requests).toEqual([header, header, "model.safetensors"]);
  await context.close();
});
