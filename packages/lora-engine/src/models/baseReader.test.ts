import { readFile } from "node:fs/promises";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { expect, test } from "vitest";
import { type BaseReader, inputRoom, readBaseReader, textAround } from "./baseReader.ts";

const read = (folder: string) => (name: string) => readFile(new URL(`../../../../models/${folder}/${name}`, import.meta.url));

async function readerOf(folder: string, names: readonly string[]): Promise<BaseReader | null> {
  const config = JSON.parse((await read(folder)("config.json")).toString());
  const files = names.map((path) => ({ path, bytes: 1, sha256: "0".repeat(64) }));
  const model: BaseModel = { name: folder, source: { kind: "files" }, files, config };
  return readBaseReader(model, read(folder));
}

test("a decoder reads as much of an input as its prompt and the longest answer leave", async () => {
  const reader = await readerOf("duet-tiny", ["config.json", "tokenizer.json"]);
  const prompts = reader?.prompts;
  if (!prompts) throw new Error("duet-tiny is a decoder");
  const labels = ["error", "a warning of several words"];
  const room = inputRoom(reader, labels, 48);
  const longest = Math.max(...labels.map((label) => prompts.answer(label).length));
  const cut = prompts.prompt("disk ".repeat(200), 48 - longest);
  const form = prompts.prompt("", 48);
  expect(cut).toHaveLength(48 - longest);
  expect(room).toBe(cut.length - form.length);
  expect(room).toBeLessThan(48 - longest);
  expect(textAround(reader)).toEqual({ before: "", after: "Answer:" });
});

test("an encoder reads a text as it stands, and a base without tokenizer.json is not read here", async () => {
  const reader = await readerOf("duet-tiny", ["config.json", "tokenizer.json"]);
  if (!reader) throw new Error("duet-tiny has a tokenizer");
  const encoder = { tokenizer: { ...reader.tokenizer, frame: { before: [1], after: [2] } }, prompts: null };
  expect([inputRoom(encoder, ["error"], 48), textAround(encoder)]).toEqual([46, null]);
  expect(await readerOf("duet-tiny", ["config.json"])).toBeNull();
});
