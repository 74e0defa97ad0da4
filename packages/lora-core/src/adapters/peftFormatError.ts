import { DuetError } from "../errors/duetError.ts";

/** Files of PEFT that cannot be read here; the message is a sentence for the user. */
export class PeftFormatError extends DuetError {
  constructor(problem: string) {
    super("ADAPTER_FILE", `This PEFT adapter cannot be used: ${problem}`);
  }
}
