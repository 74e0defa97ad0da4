import { useEffect } from "react";
import { fetchLater } from "../lib/failures/fetchLater.ts";
import { failureTables } from "../lib/failures/tables.ts";
import { words } from "../lib/words.ts";
import { useLanguage } from "./useLanguage.ts";
import { useStore } from "./useStore.ts";

/** So that the first screen has the network for itself. */
const LATER_MS = 100;
/** A coordinator that restarts is back by then. */
const AGAIN_MS = 15_000;

/** Fetches how failures are said in the language of the page, once something is drawn, and draws again when it is there. */
export function useFailureWords(): void {
  const spoken = useLanguage();
  useStore(failureTables);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what there is to fetch is of the language.
  useEffect(() => {
    // What is drawn comes first. Without them failures are told in English.
    return fetchLater(() => words.fetchFailures(), { afterMs: LATER_MS, againMs: AGAIN_MS });
  }, [spoken]);
}
