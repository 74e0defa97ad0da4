/** The contests in Chromium: Vite builds and serves the page, Playwright drives it. */
import { createReadStream, existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { contestCount } from "@duet/lora-engine/bench/contestList";
import type { WorkerAnswer, WorkerRequest } from "@duet/lora-engine/bench/page/benchWorker";
import { chromium } from "playwright";
import { build, type Plugin, preview } from "vite";
import { chromiumLaunch } from "../../tools/chromium.ts";
import { type BackendRun, type TorchFigures, wasmInWords } from "./backendRun.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than any contest takes, stock TF.js in software WebGPU included. */
const DEADLINE_MS = 900_000;
const PAGE = "/packages/lora-engine/bench/page/index.html";

/** One run per backend, each contest in a fresh page; `alone` leaves the peers out. */
export async function* runInBrowser(
  backends: readonly WorkerRequest["backend"][],
  works: readonly string[],
  torch: TorchFigures,
  { halves, alone }: { readonly halves: boolean; readonly alone: boolean },
): AsyncGenerator<BackendRun> {
  const bench = await benchPage(PAGE, ".cache/bench-page");
  try {
    for (const backend of backends) {
      const answers: WorkerAnswer[] = [];
      for (const work of works) {
        for (let contest = 0; contest < contestCount(work); contest++) {
          const what = `Contest ${contest} of ${work} on ${backend}`;
          const request = { backend, work, contest, torch, halves, alone };
          answers.push(await bench.ask("duetBench", request, what, (wanted) => window.duetBench(wanted)));
        }
      }
      yield backendRun(`Chromium ${bench.version}`, answers);
    }
  } finally {
    await bench.close();
  }
}

export interface BenchPage {
  /** Of Chromium. */
  readonly version: string;
  /**
   * Asks a fresh page once its window has what is asked; `ask` runs there.
   * @throws {Error} when the page stops or is not done in time.
   */
  ask<Request, Answer>(
    name: keyof Window,
    request: Request,
    what: string,
    ask: (request: Request) => Promise<Answer>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Builds a page into a folder, serves it and starts a browser. */
export async function benchPage(page: string, folder: string): Promise<BenchPage> {
  const built = { root: ROOT, configFile: join(ROOT, "vite.config.ts"), logLevel: "error" } as const;
  const outDir = join(ROOT, folder);
  await build({ ...built, build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(ROOT, page) } } });
  const server = await preview({ ...built, build: { outDir }, preview: { port: 0 }, plugins: [benchFiles()] });
  const browser = await chromium.launch(chromiumLaunch());
  const [address] = server.resolvedUrls?.local ?? [];
  return {
    version: browser.version(),
    async ask(name, request, what, ask) {
      const opened = await browser.newPage();
      await opened.exposeFunction("duetNote", (text: string) => console.log(`  … ${text}`));
      const stopped = new Promise<never>((_, reject) => {
        opened.on("crash", () => reject(new Error(`${what}: the page stopped`)));
        setTimeout(() => reject(new Error(`${what} took too long`)), DEADLINE_MS).unref();
      });
      await opened.goto(new URL(page, address).href);
      await opened.waitForFunction((wanted) => wanted in window, name);
      // Playwright's types of what may cross into a page are narrower than what does.
      const answer = opened.evaluate(ask as (request: unknown) => Promise<never>, request);
      const result = await Promise.race([answer, stopped]);
      await opened.close();
      return result;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

function backendRun(chromium: string, answers: readonly WorkerAnswer[]): BackendRun {
  const [first] = answers;
  if (!first) throw new RangeError("There are no contests");
  const { backend, threads, description, reason } = first.device;
  return {
    where: `${chromium}, ${backend === "webgpu" ? `webgpu, ${description} (${reason})` : wasmInWords(threads)}`,
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
