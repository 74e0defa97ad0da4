import { DuetError } from "../errors/duetError.ts";

/** A base model whose config.json asks for something that is not implemented. */
export class UnsupportedModelError extends DuetError {
  constructor(
    readonly field: string,
    found: string,
  ) {
    super("UNSUPPORTED_MODEL", `This model cannot be used: config.json has ${field} = ${found}, which is not supported`);
  }
}
