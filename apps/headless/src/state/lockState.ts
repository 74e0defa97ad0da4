/** One state folder, one process: two would be one client twice. The lock is the operating system's, so it ends with its process. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { tryLock } from "fs-native-extensions";
import { ensurePrivateFolder, inPlace } from "./privateFile.ts";

/** Beyond what is written: on Windows nobody else can read what is locked. */
const LOCKED_BYTE = 2 ** 40;

/** Makes the folder where it is missing. Returns what releases it. @throws {DuetError} STATE_IN_USE while another process has it; PLACE_UNUSABLE. */
export function lockState(folder: string): () => void {
  ensurePrivateFolder(folder);
  const path = join(folder, "lock");
  const file = inPlace(path, () => openSync(path, "a+", 0o600));
  if (!tryLock(file, LOCKED_BYTE, 1)) {
    const holder = readFileSync(path, "utf8").trim();
    closeSync(file);
    const who = holder === "" ? "another process" : `process ${holder}`;
    throw new DuetError("STATE_IN_USE", `The state folder "${folder}" is in use by ${who}`);
  }
  ftruncateSync(file);
  writeSync(file, `${process.pid}\n`);
  return () => closeSync(file);
}
