/** Entry of the threads from the clone: Node reads TypeScript in a worker thread only once tsx is registered there. */
import { register } from "tsx/esm/api";

register();
await import("./kernelThread.ts");
