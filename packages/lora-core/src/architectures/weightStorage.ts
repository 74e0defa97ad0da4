/** How many bytes a backend takes for a frozen weight, from the sizes of a model's files alone. Pure. */

/** Of float32, and of float16 and bfloat16. */
export type BytesPerWeight = 4 | 2;

/**
 * Of a model whose files with weights have `fileBytes` bytes: files of 16 bits a value are kept so (ops/frozenMatrix), larger ones are
 * float32, and the blocks of smaller ones are expanded to it.
 */
export function bytesPerWeight(fileBytes: number, parameters: number): BytesPerWeight {
  return fileBytes >= 2 * parameters && fileBytes < 3 * parameters ? 2 : 4;
}

/** Bytes of the files with weights among a model's, whichever way they come. */
export function weightFileBytes(files: readonly { readonly path: string; readonly bytes: number }[]): number {
  return files.filter(({ path }) => /\.(safetensors|gguf)$/i.test(path)).reduce((sum, { bytes }) => sum + bytes, 0);
}
