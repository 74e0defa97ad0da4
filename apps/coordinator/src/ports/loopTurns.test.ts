import { expect, test } from "vitest";
import { createLoopTurns } from "./loopTurns.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("so many go on in one turn of the event loop, in the order in which they asked", async () => {
  const nextTurn = createLoopTurns(2);
  const done: number[] = [];
  for (let index = 0; index < 5; index++) void nextTurn().then(() => done.push(index));
  await turn();
  expect(done).toEqual([0, 1]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3, 4]);
  await nextTurn();
});
