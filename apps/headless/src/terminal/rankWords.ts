/** Which rank a client takes, and why, in a line for its terminal. Pure. */
import type { RankProposal } from "@duet/client/rankProposal";

/** `whole` is the federation's. */
export function rankWords({ rank, why, seconds }: RankProposal, whole: number): string {
  const others = "--rank N chooses another one.";
  if (why === "link" && seconds)
    return `Rank ${rank} of ${whole}: over this line a round takes about ${time(seconds.proposed)} with it, and ${time(seconds.held)} with what the memory holds. ${others}`;
  const byMemory =
    why === "memory" ? `Rank ${rank} of ${whole}: what the memory holds` : `Rank ${rank}, as the federation has it`;
  return `${byMemory}${seconds ? "; fewer would hardly shorten a round over this line" : ""}. ${others}`;
}

const time = (seconds: number) => `${Math.round(seconds)} s`;
