/** A GGUF file that cannot be trusted or is not supported; the message says what is wrong with it. */
export class GgufError extends Error {
  constructor(problem: string) {
    super(`This GGUF file cannot be used: ${problem}`);
    this.name = "GgufError";
  }
}

/** The bytes at hand end before the header does. */
export class TruncatedGgufError extends GgufError {
  constructor() {
    super("it ends inside the header");
  }
}
