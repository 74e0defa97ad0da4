import { expect, test } from "vitest";
import { whileItLasts } from "./whileItLasts.ts";

test("what is told after the result is not shown any more, however the work ended", async () => {
  const shown: number[] = [];
  const tells: ((share: number) => void)[] = [];
  const work = (end: () => Promise<string>) =>
    whileItLasts(
      (share: number) => void shown.push(share),
      (tell) => {
        tells.push(tell);
        tell(0.5);
        return end();
      },
    );
  expect(await work(async () => "rows")).toBe("rows");
  await expect(work(() => Promise.reject(new Error("none")))).rejects.toThrow("none");
  for (const tell of tells) tell(0.9);
  expect(shown).toEqual([0.5, 0.5]);
});
