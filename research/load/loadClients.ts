/** Some of the load test's clients, in a process of its own. */
import { type LoadClientOptions, type LoadEvent, runLoadClient } from "./loadClient.ts";

/** Asked for once, when the test is over. */
export interface ClientsFigures {
  readonly kind: "figures";
  readonly cpuSeconds: number;
}

// Once the test is over nobody listens any more.
const tell = (event: LoadEvent | ClientsFigures) => void process.send?.(event, undefined, undefined, () => {});
process.on("message", (asked: readonly LoadClientOptions[] | "figures") => {
  if (asked !== "figures") {
    for (const client of asked) runLoadClient(client, tell);
    return;
  }
  const { user, system } = process.cpuUsage();
  tell({ kind: "figures", cpuSeconds: (user + system) / 1e6 });
});
process.once("disconnect", () => process.exit(0));
