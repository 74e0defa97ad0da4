import type { Snapshot } from "../../protocol/snapshot.ts";
import type { RoundState } from "../roundState.ts";
import { roundsView } from "../roundView.ts";

/** As an organiser sees it, with what of the config says who is waited for. */
export function seenOf(state: RoundState) {
  const { exchange, schedule } = state.policy;
  const rounds = schedule.filter(({ stage }) => stage === "federated").length;
  const sums = exchange?.sumsFigures ? { figureSums: true } : {};
  const config = { aggregation: exchange ? "secure" : "plain", budgets: { rounds }, ...sums };
  return { ...roundsView(state), config: config as Snapshot["config"] };
}
