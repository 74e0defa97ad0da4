/** A failure that a person is told of: what happened (the message, a sentence) and which kind it is (the code). */
import { say, type Told } from "../sayings/saying.ts";
import { type ErrorCode, NEXT_STEPS } from "./errorTable.ts";
import { RUNTIME_SENTENCES, type RuntimeSaying } from "./runtimeSentences.ts";

interface DuetErrorOptions extends ErrorOptions {
  readonly told?: Told | null;
  readonly retryAfterMs?: number | null | undefined;
}

export class DuetError extends Error {
  readonly code: ErrorCode;
  /** The message as data, of a table of sentences (sayings/saying.ts); null where it was made as text. */
  readonly told: Told | null;
  /** When trying again can help, ms from now, where whoever refused it said so. */
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, options?: DuetErrorOptions) {
    super(message, options);
    this.told = options?.told ?? null;
    this.retryAfterMs = options?.retryAfterMs ?? null;
    this.name = new.target.name;
    this.code = code;
  }
}

/** A failure in words: what happened, and what to do next. */
export interface FailureText {
  /** Which kind it is, for pages that say it in another language; left out where nothing was thrown. */
  readonly code?: ErrorCode;
  readonly sentence: string;
  /** The sentence as data; left out where it was made as text. */
  readonly told?: Told;
  readonly nextStep: string;
}

/** What was thrown, as a {@link DuetError}: itself, or UNEXPECTED with its message. */
export function duetErrorOf(error: unknown): DuetError {
  if (error instanceof DuetError) return error;
  // Out of memory has a class of its own in no runtime: allocations that can fail are marked where they are made. What is left is
  // WebAssembly giving up, which memory is the only known reason for.
  if (error instanceof WebAssembly.RuntimeError) {
    const saying: RuntimeSaying = ["wasmStopped", error.message];
    return new DuetError("OUT_OF_MEMORY", say(RUNTIME_SENTENCES, saying), { cause: error, told: saying as Told });
  }
  return new DuetError("UNEXPECTED", error instanceof Error ? error.message : String(error), { cause: error });
}

/** Turns anything thrown into words. */
export function explain(error: unknown): FailureText {
  const { code, message, told } = duetErrorOf(error);
  return { code, sentence: sentence(message), ...(told ? { told } : {}), nextStep: NEXT_STEPS[code] };
}

/** True for a failure of this kind. */
export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is DuetError =>
  error instanceof DuetError && codes.includes(error.code);

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
