import { DuetError } from "../errors/duetError.ts";
import { type ModelSaying, modelFailure } from "../errors/modelSentences.ts";

/** A set of files that is no base model; the message says what is missing. */
export class ModelFolderError extends DuetError {
  constructor(saying: ModelSaying) {
    super("MODEL_FOLDER", ...modelFailure(saying));
  }
}
