/** A tab whose answer to a step of a secure sum is caught on its way out: known by the step that the tab names, not by when it comes. */
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { Page, Route } from "playwright";

/** What a tab says before it sends the content that it names. */
const ANSWER = /"exchange:send",(\{.*\})/;

/**
 * Resolves when the first answer to this step, of this round where one is given, is about to leave. It never does; what comes after it goes its way. Call before
 * the page goes anywhere.
 */
export function heldAnswer(page: Page, step: ExchangeStep, round: number | null = null): Promise<void> {
  const announced = new Set<string>();
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const [, said] = ANSWER.exec(payload.toString()) ?? [];
      if (said === undefined) return;
      const answer = JSON.parse(said) as { step: ExchangeStep; round: number; blob: { sha256: string } };
      if (answer.step === step && (round === null || answer.round === round)) announced.add(answer.blob.sha256);
    }),
  );
  return new Promise((resolve, reject) => {
    let isHeld = false;
    const hold = async (route: Route) => {
      const request = route.request();
      const isIt = request.method() === "PUT" && announced.has(new URL(request.url()).pathname.split("/").at(-1) ?? "");
      if (isHeld || !isIt) return route.fallback();
      isHeld = true;
      resolve();
    };
    page.route(/\/federations\/[^/]+\/blobs\//, hold).catch(reject);
  });
}
