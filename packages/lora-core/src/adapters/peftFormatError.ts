/** Files of PEFT that cannot be read here; the message is a sentence for the user. */
export class PeftFormatError extends Error {
  constructor(problem: string) {
    super(`This PEFT adapter cannot be used: ${problem}`);
    this.name = "PeftFormatError";
  }
}
