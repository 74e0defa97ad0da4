/** `duet watch`: a federation as everybody with its link sees it, until it ends. */
import { openFederationFeed } from "@duet/client/federationFeed";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { EventView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { z } from "zod";
import { readLink } from "../terminal/link.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { federationLine } from "../terminal/sessionWords.ts";
import { parseOptions } from "../terminal/usage.ts";
import { type Command, INTERRUPTED } from "./command.ts";
import { withCoordinator } from "./connect.ts";

export const watchCommand: Command = {
  usage: `duet watch LINK [--json]

  Shows what happens in a federation, and how far it is, until it ends. Any link of it does: to join, to watch,
  to organise. Exit code 0 once it has finished, 1 where it was stopped or failed.

  --json   one JSON object a line on standard output`,
  async run(args, { reporter, signal }) {
    const { words } = parseOptions(args, z.strictObject({}));
    const { url, federationId, token } = readLink(words[0], "link");
    return withCoordinator(url, null, (coordinator) => {
      const feed = openFederationFeed(coordinator, federationId, { tokens: () => [token] });
      return new Promise<number>((resolve, reject) => {
        const tell = createTeller(reporter);
        const look = () => {
          const state = feed.get();
          if (state.kind === "refused") reject(new DuetError("LINK_ENDED", state.failure.sentence));
          if (state.kind !== "live") return;
          tell(state.snapshot);
          const { phase } = state.snapshot;
          if (phase === "finished" || phase === "stopped" || phase === "failed") resolve(phase === "finished" ? 0 : 1);
        };
        feed.subscribe(look);
        signal.addEventListener("abort", () => resolve(INTERRUPTED), { once: true });
        look();
      }).finally(() => feed.close());
    });
  },
};

/** Tells what is new in each snapshot: events once, then where it stands. */
function createTeller(reporter: Reporter): (snapshot: Snapshot) => void {
  let last: EventView | undefined;
  return (snapshot) => {
    const { events, clients, phase } = snapshot;
    const from = events.findLastIndex(({ at, text }) => at === last?.at && text === last.text) + 1;
    for (const { at, text } of events.slice(from)) reporter.event("event", text, { saidAt: at });
    last = events.at(-1) ?? last;
    const { text, data } = federationLine(snapshot, Date.now());
    reporter.status(text, { ...data, clients: clients.length });
    if (phase === "finished") reporter.event("finished", text, data);
  };
}
