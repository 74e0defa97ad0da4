import { DuetError } from "../../errors/duetError.ts";

/** A GGUF file that cannot be trusted or is not supported; the message says what is wrong with it. */
export class GgufError extends DuetError {
  constructor(problem: string) {
    super("GGUF", `This GGUF file cannot be used: ${problem}`);
  }
}

/** The bytes at hand end before the header does. */
export class TruncatedGgufError extends GgufError {
  constructor() {
    super("it ends inside the header");
  }
}

/** What to do about a model in several GGUF files. */
export function mergeAdvice(firstPart: string, merged: string): string {
  return `Merge the parts first, with this command: llama-gguf-split --merge ${firstPart} ${merged}`;
}
