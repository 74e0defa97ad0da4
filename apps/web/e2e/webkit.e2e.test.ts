/** Federations in WebKitGTK, driven by plain W3C WebDriver calls: join, train on wasm, reload in the middle, finish, download, ask; and secure sums with Chromium. See docs/browsers.md. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { expect, it } from "vitest";
import { findWebkit } from "../../../tools/webkit.ts";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { expectSecureSums } from "./support/secureSum.ts";
import { startStage } from "./support/stage.ts";
import { startWebkit } from "./support/webkit.ts";

const DEADLINE_MS = 120_000;
const webkit = findWebkit();
const suffix = webkit ? "" : " (needs the packages webkit2gtk-driver and xvfb)";

it.skipIf(webkit === null)(
  `a whole federation in WebKitGTK${suffix}`,
  async () => {
    if (!webkit) return;
    const stage = await startStage();
    const page = await startWebkit(webkit, DEADLINE_MS);
    try {
      const model = (await stage.organiser.offer()).models.find((offered) => offered.name === "use-lite");
      if (!model) throw new Error("The coordinator does not offer use-lite");
      const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 40 });
      const small = { rounds: 2, localSteps: 3, innerSteps: 2, minClients: 1, training: { batchSize: 4, maxTokens: 24 } };
      const config = defaultFederation({ name: "Night shift", model, task: scenario.task, ...small });
      const federation = await stage.open(config);
      const file = await stage.writeRows("rows", scenario.clients[0]?.rows ?? []);

      await page.open(federation.inviteUrl);
      await page.fill("Your name", "wieke");
      await page.upload(file);
      await page.click("button", "Join and train");

      await federation.until("the first round's end", ({ clients }) => (clients[0]?.history.length ?? 0) > 0, DEADLINE_MS);
      await page.reload();
      const { clients } = await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
      // The same client came back; this WebKit isolates the page and shares no memory all the same, which is said.
      expect(clients.map(({ name, device }) => [name, device?.backend, device?.threads])).toEqual([["wieke", "wasm", 1]]);
      expect(await page.evaluate<boolean>("self.crossOriginIsolated")).toBe(true);
      expect(clients[0]?.device?.reason).toMatch(/share/);

      await page.click("button", "Export the personal adapter");
      const saved = async () => {
        const [name = "", ...others] = await readdir(page.downloads);
        return name.endsWith(".zip") && others.length === 0 ? (await stat(joinPath(page.downloads, name))).size : 0;
      };
      await expect.poll(saved, { timeout: 20_000 }).toBeGreaterThan(0);
      const [name = ""] = await readdir(page.downloads);
      const archive = new Uint8Array(await readFile(joinPath(page.downloads, name)));
      const adapter = readPeftAdapter(readAdapterArchive([{ name, bytes: archive }]), federationBase(model));
      expect(adapter.tensors.size).toBeGreaterThan(0);

      await page.click("link", "Playground");
      await page.fill("Input", "disk failure on node 7");
      await page.click("button", "Ask all");
      const answers = () => page.evaluate<number>("document.querySelectorAll('[aria-label=\"Probabilities\"]').length");
      await expect.poll(answers, { timeout: DEADLINE_MS }).toBe(4);
    } finally {
      await page.close();
      await stage.close();
    }
  },
  300_000,
);

it.skipIf(webkit === null)(
  `secure sums of one tab in WebKitGTK and two in Chromium${suffix}`,
  async () => {
    if (!webkit) return;
    const stage = await startStage();
    const page = await startWebkit(webkit, DEADLINE_MS);
    try {
      await expectSecureSums(stage, DEADLINE_MS, async (inviteUrl, file) => {
        await page.open(inviteUrl);
        await page.fill("Your name", "wieke");
        await page.upload(file);
        await page.click("button", "Join and train");
      });
    } finally {
      await page.close();
      await stage.close();
    }
  },
  300_000,
);
