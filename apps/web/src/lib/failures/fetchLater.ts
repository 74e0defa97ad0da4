/** After a moment, and from then on again as long as it fails. */
interface FetchTimes {
  readonly afterMs: number;
  readonly againMs: number;
}

/** Fetches what nothing waits for, until it is there. What it returns ends that. */
export function fetchLater(fetch: () => Promise<void>, { afterMs, againMs }: FetchTimes): () => void {
  let later: ReturnType<typeof setTimeout>;
  let isOver = false;
  const after = (ms: number) => {
    if (isOver) return;
    later = setTimeout(() => fetch().catch(() => after(againMs)), ms);
  };
  after(afterMs);
  return () => {
    isOver = true;
    clearTimeout(later);
  };
}
