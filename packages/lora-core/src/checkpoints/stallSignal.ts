/** A connection that moves nothing for this long counts as broken, ms. There is no other deadline: progress counts, not time. */
export const STALL_MS = 60_000;

export interface StallSignal {
  /** Aborts when nothing has moved for too long. */
  readonly signal: AbortSignal;
  /** Something has moved. */
  touch(): void;
  stop(): void;
}

export function stallSignal(stallMs = STALL_MS): StallSignal {
  const stall = new AbortController();
  const begin = () => setTimeout(() => stall.abort(), stallMs);
  let timer = begin();
  return {
    signal: stall.signal,
    touch() {
      clearTimeout(timer);
      timer = begin();
    },
    stop: () => clearTimeout(timer),
  };
}
