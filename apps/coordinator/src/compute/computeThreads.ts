/**
 * Whatever takes more than a few milliseconds of computing, in threads of its own, so that the event loop always answers
 * (docs/adr/0023-off-the-event-loop.md). What somebody waits for never stands behind an aggregation, and no aggregation behind gauges.
 */
import { Worker } from "node:worker_threads";
import { errorFrom } from "./jobFailure.ts";
import type { JobInput, JobKind, JobResult } from "./jobs.ts";
import type { JobAnswer } from "./thread.ts";

/** The thread of each kind of job, and what is done first there. */
const PLACES: Readonly<Record<JobKind, { readonly thread: "short" | "long"; readonly rank: number }>> = {
  hash: { thread: "short", rank: 0 },
  check: { thread: "short", rank: 0 },
  serve: { thread: "short", rank: 0 },
  serveOne: { thread: "long", rank: 0 },
  aggregate: { thread: "long", rank: 0 },
  figures: { thread: "long", rank: 0 },
  statistics: { thread: "long", rank: 0 },
  gauge: { thread: "long", rank: 1 },
};

export interface ComputeThreads {
  /**
   * Does a job when its turn comes.
   * @throws what the job throws: a Refusal, a system error, else an Error with its sentence, also where the thread ended over it;
   * {@link ComputeClosedError} when it was not done.
   */
  run<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobResult<K>>;
  /** Jobs that wait or are being done, of each thread. */
  waiting(): Readonly<Record<"short" | "long", number>>;
  /** Ends the threads at once, whatever they do. */
  close(): Promise<void>;
}

/** The coordinator is being closed; the job can be done again after the next start. */
export class ComputeClosedError extends Error {
  override readonly name = "ComputeClosedError";
}

/** Threads are started when they are first needed. `heapMb` limits the JavaScript objects of each; tensors are outside of it. */
export function createComputeThreads({ heapMb }: { readonly heapMb?: number } = {}): ComputeThreads {
  const limits = heapMb === undefined ? {} : { maxOldGenerationSizeMb: heapMb };
  const threads = { short: new ComputeThread(limits), long: new ComputeThread(limits) };
  return {
    run: (kind, input) =>
      new Promise((resolve, reject) => {
        const { thread, rank } = PLACES[kind];
        const settle = (answer: JobAnswer) =>
          answer.kind === "done" ? resolve(answer.result as never) : reject(errorFrom(answer.failure));
        threads[thread].add({ rank, request: { kind, input }, settle, reject });
      }),
    waiting: () => ({ short: threads.short.size, long: threads.long.size }),
    async close() {
      await Promise.all(Object.values(threads).map((thread) => thread.close()));
    },
  };
}

interface Task {
  readonly rank: number;
  readonly request: { readonly kind: JobKind; readonly input: unknown };
  readonly settle: (answer: JobAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread and those who wait for it. A thread that ended over a job takes only that one along. */
class ComputeThread {
  readonly #limits: { readonly maxOldGenerationSizeMb?: number };
  readonly #waiting: Task[] = [];
  #running: Task | null = null;
  #worker: Worker | null = null;
  #isClosed = false;

  constructor(limits: { readonly maxOldGenerationSizeMb?: number }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.length + (this.#running ? 1 : 0);
  }

  add(task: Task): void {
    if (this.#isClosed) {
      task.reject(new ComputeClosedError("The coordinator is closing"));
      return;
    }
    const before = this.#waiting.findLastIndex(({ rank }) => rank <= task.rank);
    this.#waiting.splice(before + 1, 0, task);
    this.#next();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const unfinished = [...(this.#running ? [this.#running] : []), ...this.#waiting.splice(0)];
    this.#running = null;
    for (const { reject } of unfinished) reject(new ComputeClosedError("The coordinator is closing"));
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#running) return;
    const task = this.#waiting.shift() ?? null;
    this.#running = task;
    if (!task) {
      // An idle thread keeps no program from ending.
      this.#worker?.unref();
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(task.request);
  }

  #start(): Worker {
    const worker = new Worker(new URL("startThread.mjs", import.meta.url), { execArgv: [], resourceLimits: this.#limits });
    let reason = "it exited";
    worker.on("message", (answer: JobAnswer) => this.#done((task) => task.settle(answer)));
    worker.on("error", (error) => {
      reason = error.message;
    });
    worker.on("exit", () => {
      this.#worker = null;
      this.#done((task) => task.reject(new Error(`The thread that computed it ended: ${reason}`)));
    });
    return worker;
  }

  #done(tell: (task: Task) => void): void {
    const task = this.#running;
    this.#running = null;
    if (task) tell(task);
    if (!this.#isClosed) this.#next();
  }
}
