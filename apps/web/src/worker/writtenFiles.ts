/** Files that are made piece by piece, as Blobs: a piece goes at once to where the browser keeps these, so that this heap has only one. */
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import type { StreamedFile } from "@duet/lora-core/exports/streamedFile";
import { Zip, ZipPassThrough } from "fflate";
import type { WrittenFile } from "./adapterExporter.ts";

/** What a .zip without its 64-bit extension can say of sizes, with room for names. */
const MAX_ZIP_BYTES = 2 ** 32 - 2 ** 20;

/** Each by itself. */
export async function writtenFiles(
  files: readonly StreamedFile[],
  onShare: (share: number) => void,
): Promise<readonly WrittenFile[]> {
  const total = totalOf(files);
  let before = 0;
  const written: WrittenFile[] = [];
  for (const { name, pieces } of files) {
    const parts: Blob[] = [];
    for await (const piece of pieces()) {
      parts.push(new Blob([piece]));
      before += piece.byteLength;
      onShare(before / total);
    }
    written.push({ name, content: new Blob(parts) });
  }
  return written;
}

const totalOf = (files: readonly StreamedFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** As one .zip; nothing is compressed, as weights do not shrink. @throws {ModelFolderError} where they are more than one holds. */
export async function archiveOf(files: readonly StreamedFile[], onShare: (share: number) => void): Promise<Blob> {
  const total = totalOf(files);
  if (total > MAX_ZIP_BYTES) {
    throw new ModelFolderError(["tooLargeForZip", total]);
  }
  const parts: Blob[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    parts.push(new Blob([new Uint8Array(chunk)]));
  });
  let before = 0;
  for (const { name, pieces } of files) {
    const entry = new ZipPassThrough(name);
    zip.add(entry);
    for await (const piece of pieces()) {
      entry.push(piece);
      before += piece.byteLength;
      onShare(before / total);
    }
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}
