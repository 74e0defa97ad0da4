import { DuetError } from "../errors/duetError.ts";
import { modelFailure } from "../errors/modelSentences.ts";

/** A base model whose config.json asks for something that is not implemented. */
export class UnsupportedModelError extends DuetError {
  constructor(
    readonly field: string,
    found: string,
  ) {
    super("UNSUPPORTED_MODEL", ...modelFailure(["config", field, found]));
  }
}

/** A base model that clients in Python alone compute (checkpoints/describedLayout.ts). */
export class DescribedModelError extends DuetError {
  constructor(type: string) {
    super("BASE_FOR_PYTHON", ...modelFailure(["onlyForPython", type]));
  }
}

/** The same where somebody chooses it for a federation in a page, which cannot create one on it. */
export class DescribedChoiceError extends DuetError {
  constructor(type: string) {
    super("BASE_NOT_OFFERED", ...modelFailure(["onlyByCommand", type]));
  }
}
