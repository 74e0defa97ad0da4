/** An exported folder to a repository of a hub. */
import { openAsBlob, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { HubTarget } from "@duet/client/hubPush";
import { STALL_MS } from "@duet/lora-core/checkpoints/stallSignal";
import { ORIGIN_FILE } from "./adapterOrigin.ts";

/** 1 Mbit/s: outside of a browser nothing is told of a file before all of it has left. */
const SLOWEST_BYTES_PER_MS = 125;

/** All of its files but the one that says whose state it came from; the repository's address. @throws {DuetError} HUB_REFUSED. */
export async function pushFolder(folder: string, title: string, target: HubTarget): Promise<string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ORIGIN_FILE)
    .map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(
    paths.map(async (path) => ({ name: relative(folder, path).split(sep).join("/"), content: await openAsBlob(path) })),
  );
  const { pushToHub } = await import("@duet/client/hubPush");
  const largest = Math.max(0, ...files.map(({ content }) => content.size));
  return pushToHub(files, title, target, new AbortController().signal, STALL_MS + largest / SLOWEST_BYTES_PER_MS);
}
