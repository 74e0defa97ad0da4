/**
 * Kernel threads in browsers. Pages start them, those of their workers too: a worker that starts a worker of its own can stand still for
 * good in Firefox, at that very call (docs/adr/0036-threads-of-the-page.md).
 */
import type { KernelWorker, StartKernelWorker, ThreadStart } from "./kernelThreads.ts";

/** What a page is asked by its worker. Through `port` it says when the thread is ready, and is told when it shall end. */
interface Wanted {
  readonly start: ThreadStart;
  readonly port: MessagePort;
}

/** What a page answers: null once the thread is about to serve, else why it does not. */
type Answer = string | null;

/** On a page. A worker's first message says that it is about to serve. */
export function startPageThread(start: ThreadStart): KernelWorker {
  const worker = new Worker(new URL("./kernelThread.ts", import.meta.url), { type: "module" });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`The worker did not start: ${event.message}`));
    };
  });
  worker.postMessage(start);
  return { ready, terminate: () => worker.terminate() };
}

/** On a page, for the worker that has the other port. Returns what ends all of its threads: call it when that worker is gone. */
export function servePageThreads(port: MessagePort): () => void {
  const threads = new Set<KernelWorker>();
  port.onmessage = ({ data: { start, port: own } }: MessageEvent<Wanted>) => {
    const thread = startPageThread(start);
    threads.add(thread);
    const answer = (text: Answer) => own.postMessage(text);
    thread.ready.then(
      () => answer(null),
      (error: Error) => answer(error.message),
    );
    own.onmessage = () => {
      thread.terminate();
      threads.delete(thread);
    };
  };
  return () => {
    port.close();
    for (const thread of threads) thread.terminate();
  };
}

/** In a worker, whose page serves the other port. */
export function threadsOfPage(port: MessagePort): StartKernelWorker {
  return (start) => {
    const { port1: own, port2 } = new MessageChannel();
    const ready = new Promise<void>((resolve, reject) => {
      own.onmessage = ({ data }: MessageEvent<Answer>) => (data === null ? resolve() : reject(new Error(data)));
    });
    port.postMessage({ start, port: port2 } satisfies Wanted, [port2]);
    return { ready, terminate: () => own.postMessage(null) };
  };
}
