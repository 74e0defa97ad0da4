import { expect, test } from "vitest";
import { createThrottle } from "./throttle.ts";

test("runs the first action of every interval and drops the rest", () => {
  let time = 0;
  const ran: number[] = [];
  const throttle = createThrottle(500, () => time);
  for (time = 0; time <= 1400; time += 200) {
    const at = time;
    throttle(() => ran.push(at));
  }
  expect(ran).toEqual([0, 600, 1200]);
});
