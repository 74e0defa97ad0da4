/** Some of the load test's clients, in a process of its own. */
import { type LoadClientOptions, type LoadEvent, runLoadClient } from "./loadClient.ts";

process.on("message", (clients: readonly LoadClientOptions[]) => {
  // Once the test is over nobody listens any more.
  const tell = (event: LoadEvent) => void process.send?.(event, undefined, undefined, () => {});
  for (const client of clients) runLoadClient(client, tell);
});
process.once("disconnect", () => process.exit(0));
