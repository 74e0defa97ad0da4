/** Expires when nobody touches it for a while. */
export interface Watchdog {
  /** Never resolves; rejects with the error when the silence was too long. */
  readonly expired: Promise<never>;
  touch(): void;
  stop(): void;
}

export function createWatchdog(silenceMs: number, silent: () => Error): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let expire: (error: Error) => void = () => {};
  const expired = new Promise<never>((_, reject) => {
    expire = reject;
  });
  expired.catch(() => {});
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => expire(silent()), silenceMs);
  };
  touch();
  return { expired, touch, stop: () => clearTimeout(timer) };
}
