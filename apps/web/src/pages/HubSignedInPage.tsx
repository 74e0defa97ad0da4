import { useEffect } from "react";
import { PUSH_WORDS } from "../adapters/formatWords.ts";
import { Shell } from "../app/Shell.tsx";
import { tellSignedIn } from "../services/hubSignIn.ts";

/** Where the hub comes back to: tells the tab that began, and closes itself. */
export function HubSignedInPage() {
  useEffect(tellSignedIn, []);
  return (
    <Shell title={PUSH_WORDS.signedIn} narrow>
      <h1>{PUSH_WORDS.signedIn}</h1>
      <p>{PUSH_WORDS.close}</p>
    </Shell>
  );
}
