/** Signing in to the hub in a window of its own; the token stays in this tab's memory. */

import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { loadPart } from "@duet/client/loadPart";
import { hubError } from "@duet/lora-core/errors/hubError";
import { addressOf } from "../lib/baseUrl.ts";
import { HUB_SIGNED_IN_PATH } from "../lib/links.ts";

/** Tabs of this origin hear it; without what is in the memory of the one that began, the address is worth nothing. */
const CHANNEL = "duet-hub-sign-in";

const DEADLINE_MS = 5 * 60_000;

/** The token. Call while a press is handled: the window opens at once. @throws {DuetError} HUB_REFUSED where that is refused, or nobody comes back. */
export async function signInToHub({ offer }: Pick<CoordinatorClient, "offer">): Promise<string> {
  const opened = window.open("about:blank", "duet-hub-sign-in", "width=640,height=780");
  if (!opened) throw hubError("HUB_REFUSED", ["noWindow"]);
  const channel = new BroadcastChannel(CHANNEL);
  try {
    const { hub, hubClientId } = await offer();
    const { beginHubSignIn } = await loadPart(() => import("@duet/client/hubSignIn"));
    const redirectUrl = addressOf(HUB_SIGNED_IN_PATH);
    const { address, finish } = await beginHubSignIn({ hub, clientId: hubClientId ?? "", redirectUrl });
    const back = new Promise<string>((resolve, reject) => {
      channel.onmessage = ({ data }) => resolve(String(data));
      // A window of another origin does not say that it was closed.
      setTimeout(() => reject(hubError("HUB_REFUSED", ["nobodySignedIn"])), DEADLINE_MS);
    });
    opened.location.href = address;
    return await finish(await back);
  } finally {
    channel.close();
  }
}

/** In the window, once the hub came back. */
export function tellSignedIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(location.href);
  channel.close();
  // The code is no use to anybody else, and stays in no history.
  history.replaceState(null, "", location.pathname);
  window.close();
}
