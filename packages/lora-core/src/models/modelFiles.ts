/** The files of a model folder, already checked against its SHA-256. */
export interface ModelFiles {
  /** config.json */
  readonly config: unknown;
  /** tokenizer.json */
  readonly tokenizer: unknown;
  /** model.safetensors. Whoever gets the files may take the buffer over. */
  readonly weights: ArrayBuffer;
}
