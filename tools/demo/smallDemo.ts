/** A whole demo as small as it can be, for the tests of what its options promise. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseOptions } from "./options.ts";
import type { Report } from "./report.ts";
import { runDemo } from "./runDemo.ts";

const SMALL = "--rounds 1 --local-steps 2 --inner-steps 2 --batch-size 4 --max-tokens 24 --max-rows 180";

/** With these options, as a person would write them. Its screenshots are gone after the test. */
export async function smallDemo(given: string): Promise<Report> {
  const screenshots = await mkdtemp(join(tmpdir(), "duet-small-demo-"));
  onTestFinished(() => rm(screenshots, { recursive: true, force: true }));
  const options = parseOptions(["--screenshots", screenshots, ...`${SMALL} ${given}`.split(" ")]);
  if (options === "help") throw new RangeError("That is no demo");
  return runDemo(options);
}
