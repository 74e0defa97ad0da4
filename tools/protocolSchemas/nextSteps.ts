/** What to do next after each failure, in a terminal's words: the same for clients in other languages, from the one table. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import { type ErrorCode, NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { explainHere } from "../../apps/headless/src/terminal/terminalWords.ts";

export const NEXT_STEPS_FILE = "clients/python/src/duet_client/next_steps.json";

/** As the file has them. */
export function nextStepsText(): string {
  const codes = Object.keys(NEXT_STEPS) as ErrorCode[];
  const steps = Object.fromEntries(codes.map((code) => [code, explainHere(new DuetError(code, code)).nextStep]));
  return `${JSON.stringify(steps, null, 2)}\n`;
}
