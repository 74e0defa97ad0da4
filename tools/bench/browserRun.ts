/** The contests in Chromium: Vite builds and serves the page, Playwright drives it. */
import { createReadStream, existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build, type Plugin, preview } from "vite";
import type { WorkerAnswer } from "../../packages/lora-core/bench/page/benchWorker.ts";
import { chromiumLaunch } from "../chromium.ts";
import type { BackendRun, TorchFigures } from "./backendRun.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = "/packages/lora-core/bench/page/index.html";

/** One run per backend, each in a fresh page. */
export async function* runInBrowser(backends: readonly string[], torch: TorchFigures): AsyncGenerator<BackendRun> {
  const built = { root: ROOT, configFile: join(ROOT, "vite.config.ts"), logLevel: "error" } as const;
  const outDir = join(ROOT, ".cache/bench-page");
  await build({ ...built, build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(ROOT, PAGE) } } });
  const server = await preview({ ...built, build: { outDir }, preview: { port: 0 }, plugins: [benchFiles()] });
  const browser = await chromium.launch(chromiumLaunch());
  try {
    const [address] = server.resolvedUrls?.local ?? [];
    for (const backend of backends) {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.goto(new URL(PAGE, address).href);
      await page.waitForFunction(() => "duetBench" in window);
      const answer: WorkerAnswer = await page.evaluate(
        ([name, figures]) => window.duetBench(name as "wasm" | "webgpu", figures),
        [backend, torch] as const,
      );
      await page.close();
      const threads = answer.device.threads === 1 ? "one thread" : `${answer.device.threads} threads`;
      const where = backend === "webgpu" ? `webgpu, ${answer.device.description}` : `wasm, ${threads}`;
      yield { where: `Chromium ${browser.version()}, ${where}`, ceiling: answer.ceiling, outcomes: answer.outcomes };
    }
  } finally {
    await browser.close();
    await server.close();
  }
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
