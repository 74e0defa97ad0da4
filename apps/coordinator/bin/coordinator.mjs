#!/usr/bin/env node
/** The coordinator; `--help` prints its options. */
import { importSource } from "./importSource.mjs";

await importSource(new URL("../src/main.ts", import.meta.url));
