/** What connecting a file of 97 MB costs in a real tab: until its columns are there, its rows split, and the scan for personal data is through; and how long the page's main thread is blocked meanwhile. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { startStage } from "../../apps/web/e2e/support/stage.ts";
import { type LongTask, mainThreadTasks } from "./pageRun.ts";
import { largeFile } from "./scanFile.ts";

export interface ScanRun {
  readonly megabytes: number;
  readonly rows: number;
  /** From choosing the file until its columns are shown, which is when its rows are split too; from there until the scan is through. */
  readonly splitSeconds: number;
  readonly scanSeconds: number;
  /** Tasks of the main thread over 50 ms in that time, longest first. */
  readonly longTasks: readonly LongTask[];
  readonly longestCpuMs: number;
}

const DEADLINE_MS = 900_000;
const LONG_MS = 50;

/** One tab of the built app connects the file. */
export async function measureScan(bytes = 97e6): Promise<ScanRun> {
  const stage = await startStage();
  const folder = await mkdtemp(join(tmpdir(), "duet-scan-"));
  try {
    const { csv, rows, labels } = largeFile(bytes);
    const path = join(folder, "letters.csv");
    await writeFile(path, csv);
    const model = (await stage.organiser.offer()).models.find((offered) => offered.name === "use-lite");
    if (!model) throw new Error("The coordinator does not offer use-lite");
    const config = defaultFederation({ name: "Letters", model, task: { kind: "label", labels: [...labels] }, minClients: 1 });
    const page = await stage.browser.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto((await stage.open(config)).inviteUrl);
    const file = page.getByLabel("Data file");
    await file.waitFor({ state: "attached" });
    await stage.browser.startTracing(page, { categories: ["toplevel"] });
    const start = performance.now();
    await file.setInputFiles(path);
    await page.getByText("Looking for personal data in these rows").waitFor();
    const split = performance.now();
    await page.getByRole("list", { name: "Personal data found" }).waitFor();
    const end = performance.now();
    const tasks = mainThreadTasks(await stage.browser.stopTracing());
    return {
      megabytes: Buffer.byteLength(csv) / 1e6,
      rows,
      splitSeconds: (split - start) / 1000,
      scanSeconds: (end - split) / 1000,
      longTasks: tasks.filter(({ ms }) => ms > LONG_MS).sort((a, b) => b.ms - a.ms),
      longestCpuMs: tasks.reduce((most, { cpuMs }) => Math.max(most, cpuMs), 0),
    };
  } finally {
    await stage.close();
    await rm(folder, { recursive: true });
  }
}
