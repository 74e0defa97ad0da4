/** Which Firefox the tests drive. */
import { existsSync } from "node:fs";

/** First installed of: DUET_FIREFOX, the system's; null when there is none. */
export function findFirefox(): string | null {
  const candidates = [process.env.DUET_FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}
