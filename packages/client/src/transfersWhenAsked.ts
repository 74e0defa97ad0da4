import { loadPart } from "./loadPart.ts";
import type { RoundTransfers, TransferParts } from "./roundTransfers.ts";

export interface TransfersWhenAsked extends RoundTransfers {
  /**
   * Fetches the code of the transfers, once. For who is going to need it: where a coordinator was replaced by another version meanwhile, its file is
   * there no more. @throws {DuetError} UNREACHABLE.
   */
  loadTransfers(): Promise<void>;
}

/** The transfers of a connection, whose code is fetched with the first of them at the latest: a page that looks on has none. */
export function transfersWhenAsked(parts: TransferParts): TransfersWhenAsked {
  let made: RoundTransfers | null = null;
  async function transfers(): Promise<RoundTransfers> {
    const { createRoundTransfers } = await loadPart(() => import("./roundTransfers.ts"));
    made ??= createRoundTransfers(parts);
    return made;
  }
  return {
    loadTransfers: async () => void (await transfers()),
    createFederation: async (...asked) => (await transfers()).createFederation(...asked),
    fetchAdapter: async (...asked) => (await transfers()).fetchAdapter(...asked),
    submitRound: async (...asked) => (await transfers()).submitRound(...asked),
    fetchForSum: async (...asked) => (await transfers()).fetchForSum(...asked),
    answerSum: async (...asked) => (await transfers()).answerSum(...asked),
  };
}
