/** Errors keep their code on the way from the worker to the page. Import on both sides before anything is called. */
import { DuetError, duetErrorOf } from "@duet/lora-core/errors/duetError";
import type { ErrorCode } from "@duet/lora-core/errors/errorTable";
import type { Told } from "@duet/lora-core/sayings/saying";
import { type TransferHandler, transferHandlers } from "comlink";

interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly told: Told | null;
}

/** Replaces comlink's own handler of what is thrown, which drops everything but name and message. */
export function keepErrorCodes(): void {
  const original = transferHandlers.get("throw");
  if (!original) throw new TypeError("comlink has changed: it has no handler of thrown values");
  const handler: TransferHandler<{ readonly value: unknown }, SerializedError> = {
    canHandle: original.canHandle as TransferHandler<{ readonly value: unknown }, SerializedError>["canHandle"],
    serialize({ value }) {
      const { code, message, told } = duetErrorOf(value);
      return [{ code, message, told }, []];
    },
    deserialize({ code, message, told }) {
      throw new DuetError(code, message, { told });
    },
  };
  transferHandlers.set("throw", handler);
}
