/** Blobs in an S3-compatible object store, a real server over signed requests. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findObjectStore } from "../../../tools/objectStore.ts";
import { blobName, DamagedBlobError, openBlobFolder, refOf } from "../src/storage/blobStore.ts";
import { BucketError, openBucket } from "../src/storage/bucket.ts";
import { blobsIn } from "../src/storage/bucketBlobs.ts";
import { hashFile, isSystemError } from "../src/storage/files.ts";
import { bucketOfTest } from "./support/bucketOfTest.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";

async function localFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-bucket-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe.skipIf(findObjectStore() === null)("an object store", () => {
  test("what one node keeps another one reads, checked, and nothing is left of what is deleted", async () => {
    const bucket = openBucket(await bucketOfTest());
    const [here, there] = [await localFolder(), await localFolder()];
    const one = blobsIn(bucket, await openBlobFolder(here, hashFile));
    const other = blobsIn(bucket, await openBlobFolder(there, hashFile));
    const content = new Uint8Array(randomBytes(300_000));
    const ref = { ...(await refOf(content)), fence: 3 };
    const draft = await one.draft("federation");
    await writeFile(draft, content);
    await one.adopt("federation", ref, draft);
    await one.put("second", ref, content);

    const path = await other.file("federation", ref);
    expect(path.startsWith(there)).toBe(true);
    expect(new Uint8Array(await readFile(path))).toEqual(content);
    // A bit flips on this node's disk: it is fetched again.
    await writeFile(path, content.toReversed());
    expect(new Uint8Array(await readFile(await other.file("federation", ref)))).toEqual(content);

    expect(await other.list("federation")).toEqual([blobName(ref)]);
    expect([...(await other.spaces())].toSorted()).toEqual(["federation", "second"]);
    await one.delete("federation", blobName(ref));
    await other.deleteSpace("second");
    expect(await one.spaces()).toEqual([]);
    const fresh = blobsIn(bucket, await openBlobFolder(await localFolder(), hashFile));
    await expect(fresh.file("federation", ref)).rejects.toThrow(DamagedBlobError);
  });

  test("a listing of more than one page is complete", async () => {
    const bucket = openBucket(await bucketOfTest());
    const names = Array.from({ length: 1_005 }, (_, k) => `k${String(k).padStart(5, "0")}`);
    for (let start = 0; start < names.length; start += 50)
      await Promise.all(names.slice(start, start + 50).map((name) => bucket.put(`space/${name}`, new Uint8Array([1]))));
    expect([...(await bucket.list("space/"))].toSorted()).toEqual(names);
  });

  test("a wrong secret, and a store that is not there, are system errors: nothing is lost, and it is tried again", async () => {
    const settings = await bucketOfTest();
    const stranger = openBucket({ ...settings, secretAccessKey: "another" });
    const refused = await stranger.put("space/name", new Uint8Array([1])).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BucketError);
    expect(isSystemError(refused)).toBe(true);
    expect((refused as BucketError).code).toBe("HTTP 403");
    const absent = openBucket({ ...settings, url: "http://127.0.0.1:1/duet" });
    await expect(absent.get("space/name")).rejects.toThrow(BucketError);
  });

  test("a coordinator trains on a bucket, and one with an empty disk goes on from it", async () => {
    const blobs = await bucketOfTest();
    const coordinator = await startCoordinator({ blobs });
    const { created } = await createFederation(coordinator.url);
    const anna = await joinAs(coordinator, created, "anna");
    const bram = await joinAs(coordinator, created, "bram");
    for (const { client } of [anna, bram]) {
      await client.until(({ openRound }) => openRound?.round === 1, "round 1");
      await client.submit({ round: 1, adapter: constantAdapter(0.2), metrics: testMetrics() });
    }
    await anna.client.until(({ openRound }) => openRound?.round === 2, "round 2");
    const before = await anna.client.fetchAdapter(2);
    await coordinator.restart(() => rm(join(coordinator.dataDir, "blobs"), { recursive: true }));
    const back = await joinAs(coordinator, created, "anna", { resumeToken: anna.resumeToken });
    expect(await back.client.fetchAdapter(2)).toEqual(before);
  });
});
