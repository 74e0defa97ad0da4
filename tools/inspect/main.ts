/** `npm run inspect -- MODEL [--json FILE]`: what a model is, and what training on it takes. MODEL: a folder, a .gguf file, or a name in models/. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inspectModel } from "./inspectModel.ts";
import { readModelOnDisk } from "./modelOnDisk.ts";
import { inspectionText } from "./report.ts";

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } });
  const [model] = positionals;
  if (model === undefined) throw new Error("Name a model: npm run inspect -- MODEL [--json FILE]");
  const inspection = inspectModel(readModelOnDisk(model, fileURLToPath(new URL("../../models", import.meta.url))));
  console.log(inspectionText(inspection));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(inspection, null, 2)}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
