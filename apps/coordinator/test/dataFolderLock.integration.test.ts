import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createCoordinator } from "../src/createCoordinator.ts";
import { startProgram } from "./support/coordinatorProgram.ts";
import { createFederation, listed } from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

let dataDir = "";
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "duet-lock-"));
  dataDir = join(folder, "data");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

test("a second program on the same folder is refused with the first one's process and address", async () => {
  const first = await startProgram(["--data", dataDir]);
  const second = await startProgram(["--data", dataDir]).catch((error: Error) => error);
  expect(second).toBeInstanceOf(Error);
  expect(String(second)).toMatch(
    new RegExp(
      `exit code 1.*The data folder ".*" is in use by the coordinator at ${first.url}, process ${first.child.pid}, running since 2\\d{3}-`,
      "s",
    ),
  );
  expect(String(second)).toContain("choose another folder with --data");
  // The first one is none the worse for it.
  const { created } = await createFederation(first.url);
  expect(created.federationId).toMatch(/^[\w-]+$/);
  first.child.kill("SIGTERM");
  await once(first.child, "exit");
  expect(await readFile(join(dataDir, "coordinator.lock"), "utf8")).toBe("");
});

test("the lock of a killed process is taken over at once, and its federations with it", async () => {
  const first = await startProgram(["--data", dataDir]);
  const { created } = await createFederation(first.url, {}, listed);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  expect(await readFile(join(dataDir, "coordinator.lock"), "utf8")).toContain(`"pid":${first.child.pid}`);
  const next = await startProgram(["--data", dataDir]);
  const client = await connectClient(next.url);
  const { federations } = await client.call("federation:list", {});
  expect(federations.map(({ federationId }) => federationId)).toEqual([created.federationId]);
});

test("the lock holds within one process too, and a start that fails gives it back", async () => {
  await mkdir(dataDir, { recursive: true });
  const coordinatorOf = (modelsDir: string | null) => createCoordinator({ dataDir, modelsDir, webDir: null });
  await expect(coordinatorOf(join(dataDir, "none")).listen(0)).rejects.toThrow(/ENOENT/);
  const first = coordinatorOf(null);
  await first.listen(0);
  await expect(coordinatorOf(null).listen(0)).rejects.toThrow(/is in use by the coordinator at http/);
  await first.close();
  const second = coordinatorOf(null);
  await second.listen(0);
  await second.close();
});

test("a port that is in use is a sentence", async () => {
  const first = await startProgram(["--data", dataDir]);
  const port = new URL(first.url).port;
  const second = startProgram(["--data", `${dataDir}-2`, "--port", port]);
  await expect(second).rejects.toThrow(`Port ${port} is in use; choose another one with --port`);
});
