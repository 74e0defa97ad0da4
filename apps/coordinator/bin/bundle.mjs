/** Makes the bundles of every program and thread of the coordinator, for an installation that cannot be written to later. */
import { bundleSource } from "./importSource.mjs";

const ENTRIES = ["main.ts", "repair/main.ts", "compute/thread.ts", "storage/database/sqliteThread.ts"];

for (const entry of ENTRIES) await bundleSource(new URL(`../src/${entry}`, import.meta.url));
