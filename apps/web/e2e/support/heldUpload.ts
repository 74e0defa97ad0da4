/** A tab whose line is so slow that what it uploads does not arrive. */
import type { Page, Route } from "playwright";

const UPLOADS = /\/federations\/[^/]+\/blobs\//;

export interface HeldUpload {
  /** Once the first one is under way. */
  readonly held: Promise<void>;
  /** The line is as fast as ever: what was held goes its way, and what comes after it. */
  release(): Promise<void>;
}

/** Of everything that the tab uploads from now on. Call before it uploads anything. */
export async function holdUploads(page: Page): Promise<HeldUpload> {
  const waiting: Route[] = [];
  let tell = () => {};
  const held = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const hold = async (route: Route) => {
    if (route.request().method() !== "PUT") return route.fallback();
    waiting.push(route);
    tell();
  };
  await page.route(UPLOADS, hold);
  return {
    held,
    async release() {
      await page.unroute(UPLOADS, hold);
      await Promise.all(waiting.map((route) => route.continue().catch(() => {})));
    },
  };
}
