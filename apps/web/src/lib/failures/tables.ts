/**
 * How failures are said in a language that is not the program's own: by their codes, and by what they say as data. Fetched once a page is drawn,
 * since the first screen needs none of it; until it is there a failure is told in English, under a title in the page's language.
 */
import { createStore } from "@duet/client/store";
import type { ErrorCode } from "@duet/lora-core/errors/errorTable";
import type { Sentences } from "@duet/lora-core/sayings/saying";

export interface FailureTables {
  readonly of: Readonly<Record<ErrorCode, readonly [happened: string, nextStep: string]>>;
  readonly said: Sentences;
}

/** Of the language that was spoken when they were fetched; null before. */
export const failureTables = createStore<FailureTables | null>(null);
