/** What a tab can ask, and what of it answers unless another is chosen. Pure. */
import type { SessionState } from "@duet/client/sessionState";
import { type ANSWERERS, type Answerer, answerersOf } from "../lib/adapters.ts";

export interface AnswererChoice {
  /** In the order in which they are shown. */
  readonly answerers: readonly (typeof ANSWERERS)[number][];
  readonly first: Answerer;
}

/** `usesAlone`: the person uses what was learned alone in place of what the method serves. */
export function choiceOf({ adapters }: Pick<SessionState, "adapters">, usesAlone: boolean): AnswererChoice {
  const hasAlone = adapters?.alone != null;
  return { answerers: answerersOf({ hasAlone, usesAlone }), first: hasAlone && usesAlone ? "alone" : "fused" };
}
