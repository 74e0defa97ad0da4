/** A real model that is not part of the project: its tests are skipped, visibly, unless DUET_MINILM says where it lies. */
import { describe } from "vitest";

const folder = process.env["DUET_MINILM"];

/** `describe` for a suite on the folder of all-MiniLM-L6-v2, see docs/models.md. Without it the suite counts as skipped. */
export function describeWithMinilm(name: string, suite: (folder: string) => void): void {
  if (folder) describe(name, () => suite(folder));
  else describe.skipIf(true)(`${name} (needs DUET_MINILM=FOLDER of the model, see docs/models.md)`, () => suite(""));
}
