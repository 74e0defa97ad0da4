/** An S3-compatible object store that the tests can start: found, or built by Go, where that is installed. */
import { mkdirSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { root, run, say } from "./process.mjs";
import { typescriptModule } from "./typescriptModule.mjs";

const MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const BUILD_MS = 10 * 60_000;

/** Without it the tests of an object store are skipped, which is said. */
export async function ensureObjectStore() {
  const { findObjectStore } = await typescriptModule("tools/objectStore.ts");
  if (findObjectStore()) return;
  await withLock("object-store", async () => {
    if (findObjectStore() || (await run("go", ["version"], { quiet: true })).code !== 0) return;
    say("No object store found; building the Versity gateway with Go, for the tests of one.");
    mkdirSync(`${root}.cache/bin`, { recursive: true });
    await run("go", ["install", MODULE], { totalMs: BUILD_MS, env: { GOBIN: `${root}.cache/bin` } });
  });
  if (findObjectStore()) return;
  say("There is no object store here: install Go, or versitygw. The tests of an object store are skipped.");
}
