/** An exported folder to a repository of a hub. */
import { openAsBlob, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { HubTarget } from "@duet/client/hubPush";
import { ORIGIN_FILE } from "./adapterOrigin.ts";

/** All of its files but the one that says whose state it came from; the repository's address. @throws {DuetError} HUB_REFUSED. */
export async function pushFolder(folder: string, title: string, target: HubTarget): Promise<string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ORIGIN_FILE)
    .map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(
    paths.map(async (path) => ({ name: relative(folder, path).split(sep).join("/"), content: await openAsBlob(path) })),
  );
  const { pushToHub } = await import("@duet/client/hubPush");
  return pushToHub(files, title, target);
}
