/** The demo's entry: reads the options, runs the federation, prints the table and writes the report. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseOptions, USAGE } from "./options.ts";
import { tableOf } from "./report.ts";
import { runDemo } from "./runDemo.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(USAGE);
  } else {
    const report = await runDemo(options);
    console.log(`\n${tableOf(report)}\n`);
    console.log(`Screenshots of the dashboard: ${options.screenshots}`);
    if (options.json !== undefined) {
      await mkdir(dirname(options.json), { recursive: true });
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
      console.log(`Report: ${options.json}`);
    }
    process.exitCode = report.federation.ended === "finished" ? 0 : 1;
  }
} catch (error) {
  console.error(`\nThe demo did not finish. ${error instanceof Error ? error.message : String(error)}`);
  console.error("npm run demo -- --help lists the options.");
  process.exitCode = 1;
}
