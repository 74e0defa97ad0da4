/** What clients have taken back of what they told, out of the events that tell of it. Pure. */
import { hasFigures, toldFacts, withoutFigures } from "@duet/lora-core/protocol/figures";
import { enrolled, type RoundState } from "@duet/lora-core/rounds/roundState";
import type { JournalEntry } from "../storage/journalEntry.ts";
import type { Federation } from "./federation.ts";

/** The same entry where nothing of it was taken back; replayed, either gives the same state. */
export function withoutTakenBack(state: RoundState, config: Federation["config"]): (entry: JournalEntry) => JournalEntry {
  return (entry) => {
    const { event } = entry;
    if (!("clientId" in event) || enrolled(state, event.clientId)?.figures !== "nobody") return entry;
    if (event.type === "submitted" && hasFigures(event.metrics)) {
      return { ...entry, event: { ...event, metrics: withoutFigures(event.metrics) } };
    }
    if (!("introduction" in event) || event.introduction.figures === "nobody") return entry;
    const told = toldFacts(config, "nobody", event.introduction);
    return { ...entry, event: { ...event, introduction: { ...event.introduction, ...told, figures: "nobody" } } };
  };
}
