/** The contests in Chromium: Vite builds and serves the page, Playwright drives it. */
import { createReadStream, existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { contestCount } from "@duet/lora-engine/bench/contestList";
import type { WorkerAnswer, WorkerRequest } from "@duet/lora-engine/bench/page/benchWorker";
import { type Browser, chromium } from "playwright";
import { build, type Plugin, preview } from "vite";
import { chromiumLaunch } from "../../tools/chromium.ts";
import { type BackendRun, type TorchFigures, wasmInWords } from "./backendRun.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than any contest takes, stock TF.js in software WebGPU included. */
const DEADLINE_MS = 900_000;
const PAGE = "/packages/lora-engine/bench/page/index.html";

/** One run per backend, each in a fresh page. */
export async function* runInBrowser(
  backends: readonly WorkerRequest["backend"][],
  works: readonly string[],
  torch: TorchFigures,
  halves: boolean,
): AsyncGenerator<BackendRun> {
  const built = { root: ROOT, configFile: join(ROOT, "vite.config.ts"), logLevel: "error" } as const;
  const outDir = join(ROOT, ".cache/bench-page");
  await build({ ...built, build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(ROOT, PAGE) } } });
  const server = await preview({ ...built, build: { outDir }, preview: { port: 0 }, plugins: [benchFiles()] });
  const browser = await chromium.launch(chromiumLaunch());
  try {
    const [address] = server.resolvedUrls?.local ?? [];
    for (const backend of backends) {
      const answers: WorkerAnswer[] = [];
      for (const work of works) {
        for (let contest = 0; contest < contestCount(work); contest++) {
          answers.push(await runOne(browser, new URL(PAGE, address).href, { backend, work, contest, torch, halves }));
        }
      }
      yield backendRun(`Chromium ${browser.version()}`, answers);
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** In a fresh page. @throws {Error} when the page stops or is not done in time. */
async function runOne(browser: Browser, address: string, request: Omit<WorkerRequest, "threads">): Promise<WorkerAnswer> {
  const page = await browser.newPage();
  await page.exposeFunction("duetNote", (text: string) => console.log(`  … ${text}`));
  const what = `Contest ${request.contest} of ${request.work} on ${request.backend}`;
  const stopped = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error(`${what}: the page stopped`)));
    setTimeout(() => reject(new Error(`${what} took too long`)), DEADLINE_MS).unref();
  });
  await page.goto(address);
  await page.waitForFunction(() => "duetBench" in window);
  const answer = page.evaluate((wanted) => window.duetBench(wanted), request);
  const result = await Promise.race([answer, stopped]);
  await page.close();
  return result;
}

function backendRun(chromium: string, answers: readonly WorkerAnswer[]): BackendRun {
  const [first] = answers;
  if (!first) throw new RangeError("There are no contests");
  const { backend, threads, description, reason } = first.device;
  return {
    where: `${chromium}, ${backend === "webgpu" ? `webgpu, ${description}. ${reason}` : wasmInWords(threads)}`,
    ceiling: Math.max(...answers.map(({ ceiling }) => ceiling)),
    outcomes: answers.map(({ outcome }) => outcome),
  };
}

/** The repository's models and a text at /bench-files/. */
function benchFiles(): Plugin {
  return {
    name: "duet-bench-files",
    configurePreviewServer(server) {
      server.middlewares.use("/bench-files", (request, response, next) => {
        const path = join(ROOT, normalize(request.url ?? ""));
        if (!existsSync(path)) return next();
        createReadStream(path).pipe(response);
      });
    },
  };
}
