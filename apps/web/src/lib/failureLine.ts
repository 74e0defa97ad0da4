import type { FailureText } from "@duet/lora-core/errors/duetError";
import { words } from "./words.ts";

/** What happened and what to do next, where there is room for one line. */
export function failureLine(failure: FailureText): string {
  const { title, text } = words.failure(failure);
  return words.failureLine(title, text);
}
