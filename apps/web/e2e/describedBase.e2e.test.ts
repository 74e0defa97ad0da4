/** A federation on a base that only clients in Python compute: a tab says so before anything is asked of it, in both languages, and watches. */
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { LAYOUT_FIELD } from "@duet/lora-core/checkpoints/describedLayout";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
let federation: OpenFederation;
beforeAll(async () => {
  stage = await startStage();
  const served = (await stage.organiser.offer()).models.find(({ name }) => name === "duet-tiny");
  if (!served) throw new Error("duet-tiny is not served");
  const { linears, parameters } = parseArchitecture(served.config);
  const modules = linears.map(({ name, inFeatures, outFeatures }) => [name, inFeatures, outFeatures]);
  const layout = {
    ...{ family: "causal-lm", parameters, hiddenSize: 256, modules },
    ...{ targets: ["q_proj", "v_proj"], fanInFanOut: false, sentences: null },
  };
  const config = { model_type: "mistral", [LAYOUT_FIELD]: layout };
  const model = { ...served, source: { kind: "files" } as const, config };
  const task = { kind: "label" as const, labels: ["one", "other"] };
  federation = await stage.open(defaultFederation({ name: "servers", model, task, ranks: "padded" }));
});
afterAll(() => stage?.close());

it.each([
  ["en-GB", "Only clients in Python can take part in this federation.", "Watch"],
  ["zh-CN", "只有 Python 客户端能参加这个联邦。", "观看"],
])("is told to who opens the invite, in %s", async (locale, refusal, lookOn) => {
  const context = await stage.browser.newContext({ locale });
  const page = await context.newPage();
  const errors: Error[] = [];
  page.on("pageerror", (error) => errors.push(error));
  await page.goto(federation.inviteUrl);
  await page.getByRole("alert").getByText(refusal).waitFor();
  expect(await page.getByRole("textbox").count()).toBe(0);
  await page.getByRole("alert").getByRole("link", { name: lookOn }).click();
  await page.getByRole("heading", { name: "servers" }).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});
