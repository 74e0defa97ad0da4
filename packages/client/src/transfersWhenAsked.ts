import { loadPart } from "./loadPart.ts";
import type { RoundTransfers, TransferParts } from "./roundTransfers.ts";

/** The transfers of a connection, whose code is fetched with the first of them: a page that looks on has none. */
export function transfersWhenAsked(parts: TransferParts): RoundTransfers {
  let made: RoundTransfers | null = null;
  async function transfers(): Promise<RoundTransfers> {
    const { createRoundTransfers } = await loadPart(() => import("./roundTransfers.ts"));
    made ??= createRoundTransfers(parts);
    return made;
  }
  return {
    createFederation: async (...asked) => (await transfers()).createFederation(...asked),
    fetchAdapter: async (...asked) => (await transfers()).fetchAdapter(...asked),
    submitRound: async (...asked) => (await transfers()).submitRound(...asked),
    fetchForSum: async (...asked) => (await transfers()).fetchForSum(...asked),
    answerSum: async (...asked) => (await transfers()).answerSum(...asked),
  };
}
