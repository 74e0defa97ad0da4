/** A base model whose config.json asks for something that is not implemented. */
export class UnsupportedModelError extends Error {
  constructor(
    readonly field: string,
    found: string,
  ) {
    super(`This model cannot be used: config.json has ${field} = ${found}, which is not supported`);
    this.name = "UnsupportedModelError";
  }
}
