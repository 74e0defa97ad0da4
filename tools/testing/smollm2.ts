/** A real model that is not part of the project: its tests are skipped, visibly, unless DUET_SMOLLM2 says where it lies. */
import { describe } from "vitest";

const path = process.env["DUET_SMOLLM2"];

/** `describe` for a suite on SmolLM2-135M-Instruct as a Q4_1 GGUF file, see docs/models.md. Without it the suite counts as skipped. */
export function describeWithSmollm2(name: string, suite: (path: string) => void): void {
  if (path) describe(name, () => suite(path));
  else describe.skipIf(true)(`${name} (needs DUET_SMOLLM2=PATH of the GGUF file, see docs/models.md)`, () => suite(""));
}
