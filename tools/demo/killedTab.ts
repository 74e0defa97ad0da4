/** A tab that dies between its shares and its masked update, and is restored as a browser restores its tabs. */
import { setTimeout as delay } from "node:timers/promises";
import type { Page, Route } from "playwright";
import { restored } from "../../apps/web/e2e/support/participant.ts";

const AWAY_MS = 5_000;
/** What a tab sends in a secure sum, in this order: keys, shares, masked update. */
const BLOBS_BEFORE_INPUT = 2;

/** Call before the page goes anywhere. Resolves with the page that took its place. */
export function killBeforeInput(page: Page): Promise<Page> {
  const sent = new Set<string>();
  return new Promise((resolve, reject) => {
    const hold = async (route: Route) => {
      const request = route.request();
      if (request.method() !== "PUT" || sent.size > BLOBS_BEFORE_INPUT) return route.continue();
      sent.add(new URL(request.url()).pathname);
      if (sent.size <= BLOBS_BEFORE_INPUT) return route.continue();
      // Its masked update never leaves: the page is gone before.
      restored(page.context(), page, () => delay(AWAY_MS)).then(resolve, reject);
    };
    page.route(/\/federations\/[^/]+\/blobs\//, hold).catch(reject);
  });
}
