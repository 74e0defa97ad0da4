/** `npm run inspect -- MODEL [--json FILE]`: what a model is, and what training on it takes. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { inspectModel } from "./inspectModel.ts";
import { readModelOnDisk } from "./modelOnDisk.ts";
import { inspectionText } from "./report.ts";

const USAGE = `npm run inspect -- MODEL [options]

  What a base model is, and the memory that training on it takes.

  MODEL         a folder, a .gguf file, or a name in models/
  --json FILE   write it as JSON too`;

try {
  const { positionals, values } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { json: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [model] = positionals;
  if (values.help) console.log(USAGE);
  else if (model === undefined) throw new Error(`Name a model.\n\n${USAGE}`);
  else inspect(model, values.json);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function inspect(model: string, json: string | undefined): void {
  const inspection = inspectModel(readModelOnDisk(model, fileURLToPath(new URL("../../models", import.meta.url))));
  console.log(inspectionText(inspection));
  if (json) writeFileSync(json, `${JSON.stringify(inspection, null, 2)}\n`);
}
