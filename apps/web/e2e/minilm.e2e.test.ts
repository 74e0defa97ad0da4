/** A real sentence encoder from a hub, in tabs: chosen on the form, downloaded by each, trained with labels as vectors, to the end. */
import { readFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterEach, expect, it } from "vitest";
import { describeWithMinilm } from "../../../tools/testing/minilm.ts";
import { join } from "./support/participant.ts";
import { startStage } from "./support/stage.ts";

const DEADLINE_MS = 540_000;
const JSON_FILES = ["config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"];
const scenario = logsScenario({ clients: 2, seed: 5, rowsPerClient: 60 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];

const servers: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close();
});

describeWithMinilm("MiniLM from a hub", (folder) => {
  it("is proposed for labels, and two tabs fine-tune it to the end", async () => {
    const read = async (name: string) => JSON.parse(await readFile(joinPath(folder, name), "utf8"));
    const small = await Promise.all(JSON_FILES.map(async (name) => [name, await read(name)] as const));
    const weights = new Uint8Array(await readFile(joinPath(folder, "model.safetensors")));
    const hub = await startHub({ ...Object.fromEntries(small), "model.safetensors": weights });
    const stage = await startStage({ hub: hub.address });
    servers.push(hub, stage);

    const page = await stage.browser.newPage();
    page.setDefaultTimeout(90_000);
    await page.goto(`${stage.url}/new`);
    await page.getByText("On a hub", { exact: true }).click();
    const address = page.getByRole("textbox", { name: "Address" });
    expect(await address.inputValue()).toBe("sentence-transformers/all-MiniLM-L6-v2");
    // The hub under test has it by another name.
    await address.fill("acme/tiny");
    await page.getByRole("button", { name: "Look it up" }).click();
    await page.getByText(/^tiny: encoder, 23 M parameters, 91.3 MB in 3 files/).waitFor();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("sentence encoder");
    await page.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
    await page.getByText("Steps, protection, size of uploads").click();
    expect(await page.getByLabel("What labels are").inputValue()).toBe("shared");
    await page.getByRole("textbox", { name: "Rounds" }).fill("2");
    await page.getByRole("textbox", { name: "Steps per round" }).fill("6");
    await page.getByRole("button", { name: "Create federation" }).click();
    const invite = await page.getByRole("textbox", { name: "Invite link" }).inputValue();

    const tabs = await Promise.all(
      scenario.clients.map(async ({ name, rows }) => {
        const data = { name, file: await stage.writeRows(name, rows), input: "input", answer: "answer" };
        return join(stage.browser, invite, data, { deadlineMs: DEADLINE_MS });
      }),
    );
    for (const { page: tab } of tabs) await tab.getByRole("region", { name: "Use it" }).waitFor();
    expect(hub.requests.filter((request) => request === "model.safetensors")).toHaveLength(2);
  });
});
