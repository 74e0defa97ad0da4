/** Small bases of the fixtures as files that an export reads, and what it wrote. */
import { readFixture } from "../../adapters/testing/peftFiles.ts";
import type { BaseFiles, StreamedFile } from "../streamedFile.ts";

/** The files of a folder below fixtures; a tokenizer.json that it does not have is an empty object. */
export function fixtureFiles(folder: string, names: readonly string[]): BaseFiles {
  return {
    names,
    async read(name) {
      const absent = name === "tokenizer.json" && folder.startsWith("causalLm/");
      return absent ? new TextEncoder().encode("{}") : new Uint8Array(readFixture(`${folder}/${name}`));
    },
  };
}

/** Every file's content by its name; each has the size that was said. */
export async function written(files: readonly StreamedFile[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const { name, bytes, pieces } of files) {
    const content = new Uint8Array(bytes);
    let at = 0;
    for await (const piece of pieces()) {
      content.set(piece, at);
      at += piece.byteLength;
    }
    if (at !== bytes) throw new Error(`${name} has ${at} bytes, ${bytes} were said`);
    contents.set(name, content);
  }
  return contents;
}
