/** The page in Chinese, as a browser of that language is given it: from the front page to the result, with a look at English in the middle. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { englishIn } from "./support/englishIn.ts";
import { englishLeft } from "./support/englishLeft.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });
const { task } = scenario;
const LABELS = task.kind === "label" ? task.labels : [];

let stage: Stage;
let context: BrowserContext;
let page: Page;
/** Catalogues that the browser asked for. */
const fetched: string[] = [];
beforeAll(async () => {
  stage = await startStage();
  context = await stage.browser.newContext({ locale: "zh-CN" });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  page.on("request", (request) => {
    const name = /assets\/(words\.\w+)-[\w-]+\.js/.exec(request.url())?.[1];
    if (name) fetched.push(name);
  });
});
afterAll(async () => {
  await context?.close();
  await stage?.close();
});

describe("a browser that asks for Chinese", () => {
  it("gets the front page in it, says so in the document, and fetches no catalogue of another language", async () => {
    await page.goto(stage.url);
    await page.getByRole("heading", { level: 1, name: "一起微调同一个语言模型。" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
    expect(await problemsOf(page)).toEqual([]);
    expect(await englishLeft(page)).toEqual([]);
    expect([...new Set(fetched)]).toEqual(["words.zh"]);
  });

  it("creates a federation, and what is filled in stays when English is chosen and Chinese again", async () => {
    await page.getByRole("link", { name: "创建联邦" }).click();
    await page.getByRole("heading", { level: 1, name: "新建联邦" }).waitFor();
    expect(await page.title()).toBe("新建联邦 · Duet");
    await page.getByRole("textbox", { name: "名称" }).fill("病区记录");
    await page.getByRole("textbox", { name: "类别" }).fill(LABELS.join("\n"));
    expect(await englishLeft(page)).toEqual([]);
    // A template proposes labels in it.
    const [name, labels] = [page.getByRole("textbox", { name: "名称" }), page.getByRole("textbox", { name: "类别" })];
    await page.getByRole("radio", { name: /^分诊/ }).check();
    expect(await labels.inputValue()).toContain("非常紧急");
    await labels.fill(LABELS.join("\n"));
    expect(await name.inputValue()).toBe("病区记录");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { level: 1, name: "New federation" }).waitFor();
    expect(await page.title()).toBe("New federation · Duet");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("病区记录");
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("heading", { level: 1, name: "新建联邦" }).waitFor();
    expect(await page.getByRole("textbox", { name: "名称" }).inputValue()).toBe("病区记录");
    expect(await problemsOf(page)).toEqual([]);
  });

  it("joins, trains a round and reads its result in it", async () => {
    const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
    if (!model) throw new Error("use-lite is not served");
    const choices = { model, task, rounds: 1, localSteps: 2, innerSteps: 1, minClients: 1 };
    const open = await stage.open(defaultFederation({ ...choices, name: "病区记录" }));
    await page.goto(open.inviteUrl);
    await page.getByRole("heading", { level: 1, name: "加入“病区记录”" }).waitFor();
    await page.getByRole("heading", { name: "会离开本标签页的内容" }).waitFor();
    await page.getByRole("textbox", { name: "你的名称" }).fill("甲");
    const refused = { name: "rows.json", mimeType: "application/json", buffer: Buffer.from('[{"text": "a"}') };
    await page.getByLabel("数据文件").setInputFiles(refused);
    await page.getByRole("alert").getByText("从第 1 行开始的 JSON 数组没有闭合").waitFor();
    expect(await englishLeft(page)).toEqual([]);
    await page.getByLabel("数据文件").setInputFiles(await stage.writeRows("rows", scenario.clients[0]?.rows ?? []));
    await page.getByRole("combobox", { name: "输入列" }).selectOption("input");
    await page.getByRole("combobox", { name: "答案列" }).selectOption("answer");
    await page.getByRole("button", { name: "加入并训练", disabled: false }).waitFor();
    expect(await englishLeft(page)).toEqual([]);
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "加入并训练" }).click();
    await page.getByRole("region", { name: "我的标签页" }).waitFor();
    expect(await englishLeft(page)).toEqual([]);
    await open.until("the end", ({ phase }) => phase === "finished", 200_000);
    await page.getByRole("region", { name: "结论" }).waitFor();
    await page.getByRole("heading", { name: "各客户端自己的测试数据行上的准确率" }).waitFor();
    expect(await page.title()).toContain("病区记录");
    await page.getByText("联邦已创建").first().waitFor();
    for (const part of await page.locator("details:not([open]) > summary").all()) if (await part.isVisible()) await part.click();
    expect(await englishLeft(page)).toEqual([]);
    expect(await problemsOf(page)).toEqual([]);
    // What left is told in it too, besides the messages themselves.
    await page.getByRole("button", { name: "查看内容" }).click();
    const ledger = page.getByRole("dialog").getByRole("table");
    await ledger
      .getByText(/^第 1 轮对共享适配器的改动，.*由 \d+ 个训练数据行得出/)
      .first()
      .waitFor();
    const told = await ledger.getByRole("row").locator("td:last-child").allTextContents();
    expect(told.flatMap(englishIn)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Accuracy on each client's own test rows" }).waitFor();
    expect(
      await page
        .getByText(/\p{Script=Han}/u)
        .filter({ hasNotText: /病区记录|甲|中/ })
        .count(),
    ).toBe(0);
  });

  it("is told in it what is wrong with a link", async () => {
    await page.getByRole("button", { name: "中文" }).click();
    await page.goto(`${stage.url}/join/short#x`);
    await page.getByRole("alert").getByText("这个链接 # 之后的代码不完整或有误").waitFor();
    expect(await englishLeft(page)).toEqual([]);
    expect(await problemsOf(page)).toEqual([]);
  });

  it("is told in it what the coordinator refuses", async () => {
    const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
    if (!model) throw new Error("use-lite is not served");
    const [one, other] = await Promise.all([1, 2].map(() => stage.open(defaultFederation({ name: "病区记录", model, task }))));
    if (!one || !other) throw new Error("There are no two federations");
    await page.goto(one.watchUrl.replace(/#.*/, new URL(other.watchUrl).hash));
    await page.getByRole("alert").getByText("这个链接打不开这里的任何联邦").waitFor();
    expect(await englishLeft(page)).toEqual([]);
    expect(await problemsOf(page)).toEqual([]);
  });

  it("starts a federation on sample data in it, with a simulated participant", async () => {
    await page.goto(stage.url);
    await page.getByRole("button", { name: "系统日志" }).click();
    await page.getByRole("heading", { level: 1, name: "系统日志（合成）" }).waitFor();
    await page.getByText("（模拟）").first().waitFor();
    expect(await englishLeft(page)).toEqual([]);
    expect(await problemsOf(page)).toEqual([]);
  });
});
