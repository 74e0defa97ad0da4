import { ADAPTER_SENTENCES, type AdapterSaying } from "../errors/adapterSentences.ts";
import { DuetError } from "../errors/duetError.ts";
import { say, type Told } from "../sayings/saying.ts";

/** Files of PEFT that cannot be read here; the message is a sentence for the user. */
export class PeftFormatError extends DuetError {
  constructor(problem: AdapterSaying) {
    const saying: AdapterSaying = ["adapter", problem as Told];
    super("ADAPTER_FILE", say(ADAPTER_SENTENCES, saying), { told: saying as Told });
  }
}
