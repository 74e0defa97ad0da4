/** A real S3-compatible object store that the tests can start: the Versity gateway on a folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./nodes.ts";

const PROGRAM = "versitygw";
const BUCKET = "duet";
const KEYS = { accessKeyId: "duet-test", secretAccessKey: "a secret that only tests have", region: "us-east-1" };

export interface ObjectStore extends Readonly<typeof KEYS> {
  /** Of its bucket. */
  readonly url: string;
  stop(): void;
}

/** In the path, or where `npm test` puts it; null where it is not installed. */
export function findObjectStore(): string | null {
  const folders = [".cache/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, PROGRAM)).find((path) => existsSync(path)) ?? null;
}

/** With an empty bucket, in a folder that is there. @throws {Error} where none is installed, or it does not start */
export async function startObjectStore(folder: string): Promise<ObjectStore> {
  const program = findObjectStore();
  if (program === null) throw new Error(`There is no ${PROGRAM} here; npm test builds one where there is Go`);
  const [objects, metadata] = [join(folder, "objects"), join(folder, "metadata")];
  // A bucket is a folder of this name; metadata lie beside the files, as not every file system has attributes.
  for (const path of [join(objects, BUCKET), metadata]) await mkdir(path, { recursive: true });
  const port = await freePort();
  const args = ["--port", `127.0.0.1:${port}`, "--access", KEYS.accessKeyId, "--secret", KEYS.secretAccessKey, "--quiet"];
  const child = spawn(program, [...args, "posix", "--sidecar", metadata, objects], { stdio: "ignore" });
  await untilItAnswers(child, port);
  return { ...KEYS, url: `http://127.0.0.1:${port}/${BUCKET}`, stop: () => void child.kill("SIGKILL") };
}

async function untilItAnswers(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    // Whoever shows no signature is refused, once it is there.
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) return;
    await delay(50);
  }
  throw new Error(`The object store ended with exit code ${child.exitCode}`);
}
