/** An inspection as text. */
import { formatBytes, formatCount } from "../../apps/web/src/lib/format.ts";
import type { Inspection } from "./inspectModel.ts";

/** Lines for a terminal. */
export function inspectionText(found: Inspection): string {
  const { heads, keyValueHeads, memory, lora } = found;
  const shared = keyValueHeads === heads ? "" : ` (${keyValueHeads} for keys and values)`;
  const stored = found.storedAs.map(({ format, tensors, values }) => `${format} ${formatCount(values)} in ${tensors}`);
  const facts = table([
    ["family", `${found.family} (${found.modelType})`],
    ["layers", `${found.layers}, width ${found.width}, ${heads} heads${shared}`],
    ["parameters", formatCount(found.parameters)],
    ["text", `at most ${found.maxTokens} tokens`],
    ["tokenizer", `${found.tokenizer.kind}, ${found.tokenizer.pieces} pieces`],
    ["chat template", found.hasChatTemplate ? "yes" : "no"],
    ["weights", `${formatBytes(found.fileBytes)} on disk: ${stored.join(", ")}`],
  ]);
  const steps = table([
    ["rows x tokens", "weights", "activations", "adapter", "optimizer", "step", "evaluation", "in all"],
    ...memory.map((of) => [
      `${of.batchSize} x ${of.maxTokens}`,
      ...[of.weights, of.activations, of.adapter, of.optimizer, of.step, of.evaluation, of.occupied].map(formatBytes),
    ]),
  ]);
  const sizes = table([
    ["rank", "parameters", "bytes", "up a round", "down a round"],
    ...lora.ranks.map(({ rank, parameters, bytes }) => [
      String(rank),
      formatCount(parameters),
      ...[bytes, bytes, bytes].map(formatBytes),
    ]),
  ]);
  return [
    found.path,
    facts,
    `Memory of a training step and of an evaluation, rank ${memory[0]?.rank ?? 0}; tensors, and what the backend takes at most:`,
    steps,
    `LoRA on ${lora.targets.join(", ")}; on the wire per client, as float32:`,
    sizes,
  ].join("\n\n");
}

/** Columns as wide as their widest cell; all but the first flush right where there are more than two. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number) =>
    i === 0 || columns === 2 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join("   ").trimEnd()}`).join("\n");
}
