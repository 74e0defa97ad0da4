/** Entry of the thread: Node itself reads no TypeScript. */
import { importSource } from "../../../bin/importSource.mjs";

await importSource(new URL("sqliteThread.ts", import.meta.url));
