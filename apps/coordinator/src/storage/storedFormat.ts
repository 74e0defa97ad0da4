/**
 * What lies on disk has a version. A stored value is brought up to the current version step by step and then parsed; one of a newer
 * version is refused, and nothing is written. docs/recipes/change-a-stored-format.md says how a format changes.
 */

import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { REFUSAL_SENTENCES, type RefusalSaying } from "@duet/lora-core/protocol/refusalSentences";
import { say, type Told } from "@duet/lora-core/sayings/saying";
import type { z } from "zod";

export interface StoredFormat<T> {
  /** Of the current version. */
  readonly schema: z.ZodType<T>;
  /** From version 1 to 2, from 2 to 3 and so on: there are versions 1 to `migrations.length + 1`. */
  readonly migrations: readonly ((older: unknown) => unknown)[];
}

/** Why something stored cannot be used, for people. */
export class StoredFormatError extends Error {
  override readonly name = "StoredFormatError";
  /** The message as data. */
  readonly told: Told;

  constructor(saying: RefusalSaying) {
    super(say(REFUSAL_SENTENCES, saying));
    this.told = saying as Told;
  }
}

/** The version that is written. */
export const currentVersion = ({ migrations }: StoredFormat<unknown>): number => migrations.length + 1;

/** The value in the current version; `where` names the file or line it is from. @throws {StoredFormatError} */
export function parseStored<T>(
  format: StoredFormat<T>,
  { version, value, where }: { readonly version: unknown; readonly value: unknown; readonly where: string },
): T {
  const given = migrated(format, version, value, where);
  const parsed = format.schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const nameOf = (path: readonly PropertyKey[]) => path.join(".") || "value";
  const problem = schemaWords(parsed.error, { given, nameOf }).slice(0, 200);
  throw new StoredFormatError(["storedOtherwise", where, problem]);
}

function migrated(format: StoredFormat<unknown>, version: unknown, value: unknown, where: string): unknown {
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) {
    throw new StoredFormatError(["noFormatVersion", where]);
  }
  const current = currentVersion(format);
  if (version > current) {
    throw new StoredFormatError(["newerFormat", where, version, current]);
  }
  return format.migrations.slice(version - 1).reduce((older, migrate) => migrate(older), value);
}

/** What a text holds as JSON. @throws {StoredFormatError} */
export function parseStoredJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StoredFormatError(["storedNotJson", where]);
  }
}
