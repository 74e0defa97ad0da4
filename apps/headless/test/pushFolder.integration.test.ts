import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPushHub } from "@duet/client/testing/pushHub";
import { expect, onTestFinished, test } from "vitest";
import { pushFolder } from "../src/state/pushFolder.ts";

test("every file of an exported folder goes to the hub, those in folders too, and not what says where it came from", async () => {
  const hub = await startPushHub("hf_writes");
  const folder = mkdtempSync(join(tmpdir(), "duet-push-"));
  onTestFinished(() => {
    hub.close();
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, "1_Pooling"));
  writeFileSync(join(folder, "README.md"), "# Night shift");
  writeFileSync(join(folder, "1_Pooling", "config.json"), "{}");
  writeFileSync(join(folder, "model.safetensors"), new Uint8Array(5000).fill(7));
  writeFileSync(join(folder, "federation.json"), "{}");
  const target = { hub: hub.address, repository: "acme/night-shift", token: "hf_writes", isPrivate: true };
  expect(await pushFolder(folder, "From a federation", target)).toBe(`${hub.address}/acme/night-shift`);
  const files = hub.repositories.get("acme/night-shift")?.files;
  expect([...(files?.keys() ?? [])].sort()).toEqual(["1_Pooling/config.json", "README.md", "model.safetensors"]);
  expect(files?.get("model.safetensors")?.equals(Buffer.alloc(5000, 7))).toBe(true);
});
