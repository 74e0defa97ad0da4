/** Entry of the threads: Node reads TypeScript in a worker thread only once tsx is registered there. */
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.entry);
