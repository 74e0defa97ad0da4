/** Greedy decoding of tokens, as the tests ask for it. */
import type { TokenRequest } from "../generateTokens.ts";

/** A request for the likeliest token every time. */
export function greedy(request: Pick<TokenRequest, "prompt" | "adapter" | "maxNewTokens"> & Partial<TokenRequest>): TokenRequest {
  return {
    stopTokens: [],
    sampling: { temperature: 0, topK: null, topP: null },
    seed: 1,
    beforeToken: async () => {},
    ...request,
  };
}

/** Everything a generator yields. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
