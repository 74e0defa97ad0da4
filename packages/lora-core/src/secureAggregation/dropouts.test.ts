import { expect, test } from "vitest";
import { castOf, playAttempt, termsOf } from "./testing/attemptRun.ts";

test("nobody vanishes", async () => {
  const cast = castOf(termsOf(7), 5);
  const ending = await playAttempt(cast, (place) => Uint32Array.from({ length: 7 }, (_, i) => 1000 * place + i));
  expect(ending).toEqual({
    kind: "sum",
    survivors: cast.clients,
    sum: Uint32Array.from({ length: 7 }, (_, i) => 10_000 + 5 * i),
  });
});
