/** `duet predict`: an answer for every row of a file, as CSV. */
import { guessColumns } from "@duet/lora-core/data/guessColumns";
import type { Task } from "@duet/lora-core/data/task";
import { backendName } from "@duet/lora-core/protocol/metrics";
import { startNodeWebgpu } from "@duet/lora-engine/backends/nodeWebgpu";
import { predictTable } from "@duet/lora-engine/training/predictTable";
import { z } from "zod";
import { readTableFile } from "../data/readRows.ts";
import { columnTemplate, tableFlags } from "../data/tableFlags.ts";
import { loadModel } from "../engine/loadModel.ts";
import { openAdapter } from "../engine/openAdapter.ts";
import { readAdapterFolder } from "../state/adapterOrigin.ts";
import { writePrivateFile } from "../state/privateFile.ts";
import { stateFolder } from "../state/stateFolder.ts";
import { parseOptions } from "../terminal/usage.ts";
import { type Command, INTERRUPTED } from "./command.ts";

const options = z.strictObject({
  adapter: z.string({ error: "name the folder of an adapter that duet wrote" }).min(1),
  data: z.string({ error: "name the file whose rows are to be answered" }).min(1),
  input: columnTemplate.optional(),
  ...tableFlags,
  "max-new-tokens": z.coerce.number().int().min(1).max(4096).default(64),
  backend: backendName.optional(),
  model: z.string().min(1).optional(),
  state: z.string().min(1).optional(),
  out: z.string().min(1).optional(),
});

export const predictCommand: Command = {
  usage: `duet predict --adapter DIR --data FILE [options]

  Writes the file again as CSV with the answer of the adapter for every row: the label and its probability, or
  the text. Nothing leaves this machine; the base model is downloaded where it is not kept yet.

  --adapter DIR        a folder that duet join or duet export wrote: duet-adapters/fused
  --data FILE          CSV, TSV, JSON Lines or JSON
  --input COLUMN       the column with the text, or several as "{title}: {text}"; guessed unless given
  --encoding, --separator, --header, --quotes   as of duet join
  --max-new-tokens N   of a text (64)
  --backend NAME       wasm, cpu, or webgpu (needs: npm install webgpu)
  --model FOLDER       the base model's files, where nobody serves them
  --state DIR          where base models are kept ($DUET_STATE, or ~/.local/state/duet)
  --out FILE           in place of standard output
  --json               says what it does as JSON objects; needs --out`,
  async run(args, { reporter, signal }) {
    const { options: chosen } = parseOptions(args, options);
    const { encoding, separator, header, quotes, backend = null } = chosen;
    const { files, origin } = readAdapterFolder(chosen.adapter);
    const table = readTableFile(chosen.data, { encoding, separator, header, quotes });
    const column = chosen.input ?? guessColumns(table).input;
    const stopWebgpu = backend === "webgpu" ? await startNodeWebgpu() : () => {};
    try {
      const places = {
        baseUrl: origin.coordinator,
        hub: origin.hub,
        folder: stateFolder(chosen.state),
        modelFolder: chosen.model ?? null,
      };
      const base = await loadModel(origin.config.model, places, ({ receivedBytes, totalBytes }) =>
        reporter.status(`Loading the base model: ${receivedBytes} of ${totalBytes} bytes`, { receivedBytes, totalBytes }),
      );
      const engine = await openAdapter(base.files, files, { config: origin.config, backend });
      signal.addEventListener("abort", () => void engine.stopAnswering(), { once: true });
      const answer = answerTo(origin.config.task, chosen["max-new-tokens"], origin.config.seed);
      const csv = await predictTable(engine, table, { column, adapter: "served", answer }, (rows) =>
        reporter.status(`Answered ${rows} of ${table.rows.length} rows`, { rows, of: table.rows.length }),
      );
      if (chosen.out === undefined) reporter.result(csv);
      else writePrivateFile(chosen.out, csv);
      reporter.event("predicted", `Answered ${table.rows.length} rows${chosen.out ? `: ${chosen.out}` : "."}`, {
        rows: table.rows.length,
        out: chosen.out ?? null,
      });
      return signal.aborted ? INTERRUPTED : 0;
    } finally {
      stopWebgpu();
    }
  },
};

/** The likeliest text, so that the same file has the same answers. */
function answerTo(task: Task, maxNewTokens: number, seed: number) {
  if (task.kind === "label") return { kind: "label", labels: task.labels } as const;
  return { kind: "text", options: { maxNewTokens, stop: [], seed, temperature: 0, topK: null, topP: null } } as const;
}
