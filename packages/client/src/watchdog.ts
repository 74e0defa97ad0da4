/** Expires when nobody touches it for a while. */
export interface Watchdog {
  /** Never resolves; rejects with the error when the silence was too long. */
  readonly expired: Promise<never>;
  touch(): void;
  stop(): void;
}

/** A device that sleeps is silent, too, and counts as one of them however long it sleeps. */
const TICKS = 10;

export function createWatchdog(silenceMs: number, silent: () => Error): Watchdog {
  let expire: (error: Error) => void = () => {};
  const expired = new Promise<never>((_, reject) => {
    expire = reject;
  });
  expired.catch(() => {});
  let quiet = 0;
  const timer = setInterval(() => {
    quiet += 1;
    if (quiet < TICKS) return;
    clearInterval(timer);
    expire(silent());
  }, silenceMs / TICKS);
  return {
    expired,
    touch: () => {
      quiet = 0;
    },
    stop: () => clearInterval(timer),
  };
}
