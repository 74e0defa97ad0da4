/** A tab that dies between its shares and its masked update, and is restored as a browser restores its tabs. */
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright";
import { heldAnswer } from "../../apps/web/e2e/support/heldAnswer.ts";
import { restored } from "../../apps/web/e2e/support/participant.ts";

const AWAY_MS = 5_000;

/** Call before the page goes anywhere. Resolves with the page that took its place. */
export async function killBeforeInput(page: Page): Promise<Page> {
  await heldAnswer(page, "input");
  return restored(page.context(), page, () => delay(AWAY_MS));
}
