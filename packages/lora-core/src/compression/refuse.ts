/** What is said of bytes that no client of ours sends. */
import { DuetError } from "../errors/duetError.ts";

/** @throws {DuetError} INVALID_ADAPTER when there are more or fewer. */
export function assertBytes(bytes: Uint8Array, expected: number): void {
  if (bytes.byteLength !== expected) refuse(`has ${bytes.byteLength} bytes, expected ${expected}`);
}

/** @throws {DuetError} INVALID_ADAPTER */
export function refuse(what: string): never {
  throw new DuetError("INVALID_ADAPTER", `The upload ${what}`);
}
