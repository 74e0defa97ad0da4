/** Errors on their way out of a thread: of what an error is, a message between threads keeps only the text. */
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import type { Told } from "@duet/lora-core/sayings/saying";
import { Refusal } from "../refusal.ts";
import { isSystemError } from "../storage/files.ts";

export interface JobFailure {
  readonly message: string;
  /** Of an error of the operating system. */
  readonly system: { readonly code: string | undefined; readonly syscall: string | undefined } | null;
  /** Of a {@link Refusal}. */
  readonly refusal: RefusalCode | null;
  readonly told: Told | null;
}

/** What is told of an error. */
export function failureFrom(error: unknown): JobFailure {
  return {
    message: error instanceof Error ? error.message : String(error),
    system: isSystemError(error) && "syscall" in error ? { code: error.code, syscall: error.syscall } : null,
    refusal: error instanceof Refusal ? error.code : null,
    told: error instanceof Refusal ? error.told : null,
  };
}

/** The error again: a refusal, one of the operating system, or one with a sentence. */
export function errorFrom({ message, system, refusal, told }: JobFailure): Error {
  if (refusal !== null) return new Refusal(refusal, { message, told });
  return system ? Object.assign(new Error(message), system) : new Error(message);
}
