#!/usr/bin/env node
/** `npm run repair`; `--help` prints its options. */
import { importSource } from "./importSource.mjs";

await importSource(new URL("../src/repair/main.ts", import.meta.url));
