/** Federations in Firefox, driven over WebDriver BiDi: join, train, reload in the middle, finish, download, ask; and secure sums with Chromium. See docs/browsers.md. */
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import puppeteer, { type Page } from "puppeteer-core";
import { expect, it } from "vitest";
import { findFirefox } from "../../../tools/firefox.ts";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { expectSecureSums } from "./support/secureSum.ts";
import { startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const executablePath = findFirefox();

/** A control by its role and accessible name. */
const named = (page: Page, role: string, name: string) =>
  page.locator(`::-p-aria([name="${name}"][role="${role}"])`).setTimeout(DEADLINE_MS);

async function joinIn(page: Page, inviteUrl: string, file: string): Promise<void> {
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(inviteUrl);
  await named(page, "textbox", "Your name").fill("fenna");
  const input = await page.waitForSelector("input[type=file]");
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
  await named(page, "button", "Join and train").click();
}

const suffix = executablePath ? "" : " (needs the package firefox-esr)";
it.skipIf(executablePath === null)(
  `a whole federation in Firefox${suffix}`,
  async () => {
    const downloads = await mkdtemp(joinPath(tmpdir(), "duet-firefox-"));
    const stage = await startStage();
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: executablePath ?? "",
      headless: true,
      extraPrefsFirefox: { "browser.download.folderList": 2, "browser.download.dir": downloads },
    });
    try {
      const model = (await stage.organiser.offer()).models.find((offered) => offered.name === "use-lite");
      if (!model) throw new Error("The coordinator does not offer use-lite");
      const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 40 });
      const small = { rounds: 2, localSteps: 3, innerSteps: 2, minClients: 1, training: { batchSize: 4, maxTokens: 24 } };
      const config = defaultFederation({ name: "Night shift", model, task: scenario.task, ...small });
      const federation = await stage.open(config);
      const file = await stage.writeRows("rows", scenario.clients[0]?.rows ?? []);

      const page = await browser.newPage();
      await joinIn(page, federation.inviteUrl, file);

      await federation.until("the first round's end", ({ clients }) => (clients[0]?.history.length ?? 0) > 0, DEADLINE_MS);
      await page.reload();
      const { clients } = await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
      // The same client came back, and computed on wasm with every core that may share its memory.
      expect(clients.map(({ name, device }) => [name, device?.backend, (device?.threads ?? 0) > 1])).toEqual([
        ["fenna", "wasm", true],
      ]);

      await named(page, "button", "Export the personal adapter").click();
      // While it is written there is a second file beside an empty one.
      const saved = async () => {
        const [name = "", ...others] = await readdir(downloads);
        return name.endsWith(".zip") && others.length === 0 ? (await stat(joinPath(downloads, name))).size : 0;
      };
      await expect.poll(saved, { timeout: 20_000 }).toBeGreaterThan(0);
      const [name = ""] = await readdir(downloads);
      const archive = new Uint8Array(await readFile(joinPath(downloads, name)));
      expect(readPeftAdapter(readAdapterArchive([{ name, bytes: archive }]), federationBase(model)).tensors.size).toBeGreaterThan(
        0,
      );

      await named(page, "link", "Playground").click();
      await named(page, "textbox", "Input").fill("disk failure on node 7");
      await named(page, "button", "Ask all").click();
      await page.waitForFunction(() => document.querySelectorAll('[aria-label="Probabilities"]').length === 4);
    } finally {
      await browser.close();
      await stage.close();
      await rm(downloads, { recursive: true, force: true });
    }
  },
  300_000,
);

it.skipIf(executablePath === null)(
  `secure sums of one tab in Firefox and two in Chromium${suffix}`,
  async () => {
    const stage = await startStage();
    const firefox = await puppeteer.launch({ browser: "firefox", executablePath: executablePath ?? "", headless: true });
    try {
      await expectSecureSums(stage, DEADLINE_MS, async (inviteUrl, file) => joinIn(await firefox.newPage(), inviteUrl, file));
    } finally {
      await firefox.close();
      await stage.close();
    }
  },
  300_000,
);
