/** `npm run demo -- --secure`, as small as it can be: a tab is killed between its shares and its masked update, and everybody is in the sum. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseOptions } from "./options.ts";
import { runDemo } from "./runDemo.ts";

const SMALL = "--rounds 1 --local-steps 2 --inner-steps 2 --batch-size 4 --max-tokens 24 --max-rows 180".split(" ");

test("a secure demo finishes with all tabs in every sum, one of which was killed before its masked update, and its report says so", async () => {
  const screenshots = await mkdtemp(join(tmpdir(), "duet-secure-demo-"));
  onTestFinished(() => rm(screenshots, { recursive: true, force: true }));
  const options = parseOptions(["--secure", "--screenshots", screenshots, ...SMALL]);
  if (options === "help") throw new RangeError("That is no demo");
  const { federation, clients, rounds } = await runDemo(options);
  expect(federation).toMatchObject({ ended: "finished", secure: true });
  expect(federation.killed).toHaveLength(1);
  expect(rounds.length).toBeGreaterThan(1);
  for (const { exchanges, aggregated, dropouts } of rounds) {
    expect(exchanges).toBeGreaterThan(0);
    expect([aggregated.length, dropouts]).toEqual([clients.length, []]);
  }
  for (const { accuracy, bytesUp } of clients) {
    expect(accuracy.fused).toBeGreaterThan(0);
    expect(bytesUp).toBeGreaterThan(100_000);
  }
}, 300_000);
