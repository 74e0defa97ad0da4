import { useEffect } from "react";
import { words } from "../adapters/words.ts";
import { Shell } from "../app/Shell.tsx";
import { tellSignedIn } from "../services/hubSignIn.ts";

/** Where the hub comes back to: tells the tab that began, and closes itself. */
export function HubSignedInPage() {
  useEffect(tellSignedIn, []);
  return (
    <Shell title={words.pushToHub.signedIn} narrow>
      <h1>{words.pushToHub.signedIn}</h1>
      <p>{words.pushToHub.close}</p>
    </Shell>
  );
}
