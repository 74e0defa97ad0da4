/** Entry of the threads: Node itself reads no TypeScript. */
import { importSource } from "../../bin/importSource.mjs";

await importSource(new URL("thread.ts", import.meta.url));
