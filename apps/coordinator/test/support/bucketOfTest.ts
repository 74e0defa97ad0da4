/** A bucket of a real object store for a test, gone with it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startObjectStore } from "../../../../tools/objectStore.ts";
import type { BucketSettings } from "../../src/storage/bucket.ts";

export async function bucketOfTest(): Promise<BucketSettings> {
  const folder = await mkdtemp(join(tmpdir(), "duet-s3-"));
  const { stop, url, ...keys } = await startObjectStore(folder);
  onTestFinished(async () => {
    stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return { ...keys, url: `${url}/kept` };
}
