import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainHere } from "../terminal/terminalWords.ts";
import { lockState } from "./lockState.ts";
import { readPrivateFile, writePrivateFile, writePrivatePieces } from "./privateFile.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duet-state-"));
  writeFileSync(join(folder, "file"), "no folder");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a place that the system refuses is named, with what to do about it", async () => {
  const path = join(folder, "file", "below");
  const failures = [
    await failureOf(() => readPrivateFile(path)),
    await failureOf(() => writePrivateFile(path, "x")),
    await failureOf(() => writePrivatePieces(path, (async function* () {})())),
    await failureOf(() => lockState(join(path, "state"))),
  ];
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(DuetError);
    const { sentence, nextStep } = explainHere(failure);
    expect(sentence).toMatch(/file(\/below.*)? cannot be read or written \((ENOTDIR|EEXIST)\)\.$/);
    expect(nextStep).toMatch(/--state or --out/);
  }
});

test("what making the pieces throws stays as it is, and leaves nothing", async () => {
  const path = join(folder, "pieces");
  const pieces = async function* () {
    yield Uint8Array.of(1);
    throw new RangeError("no more");
  };
  expect(await failureOf(() => writePrivatePieces(path, pieces()))).toBeInstanceOf(RangeError);
  expect(readPrivateFile(path)).toBeNull();
});

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return null;
}
