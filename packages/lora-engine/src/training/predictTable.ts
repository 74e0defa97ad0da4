/** Answers for every row of a table, as the same table with columns more. */
import type { AnswerEngine, TableRequest } from "@duet/lora-core/contract/answering";
import { questionReader } from "@duet/lora-core/data/rowReader";
import type { Table } from "@duet/lora-core/data/table";
import { writeCsv } from "@duet/lora-core/data/writeCsv";

/** Rows answered between two reports of progress. */
const SLICE = 32;

/** A CSV with the columns of the table, then the label and its probability, or the text; nothing where a row has no input. Rejects with STOPPED when stopped. */
export async function predictTable(
  engine: Pick<AnswerEngine, "predict" | "write">,
  table: Table,
  request: TableRequest,
  onProgress: (rowsDone: number) => void,
): Promise<string> {
  const answers = new Map<number, readonly string[]>();
  const inputs = [...table.rows.map(questionReader(table, request.column)).entries()];
  const step = request.answer.kind === "label" ? SLICE : 1;
  for (let start = 0; start < inputs.length; start += step) {
    const asked = inputs.slice(start, start + step).filter(([, input]) => input.trim() !== "");
    const given = await answersOf(
      engine,
      asked.map(([, input]) => input),
      request,
    );
    for (const [index, [row]] of asked.entries()) answers.set(row, given[index] ?? []);
    onProgress(Math.min(start + step, inputs.length));
  }
  const added = request.answer.kind === "label" ? ["predicted label", "probability"] : ["answer"];
  return writeCsv(
    [...table.columns, ...added],
    table.rows.map(({ values }, row) => [
      ...table.columns.map((column) => values[column] ?? ""),
      ...(answers.get(row) ?? added.map(() => "")),
    ]),
  );
}

async function answersOf(
  engine: Pick<AnswerEngine, "predict" | "write">,
  inputs: readonly string[],
  { adapter, answer }: TableRequest,
): Promise<(readonly string[])[]> {
  if (inputs.length === 0) return [];
  if (answer.kind === "label") {
    const predictions = await engine.predict(inputs, adapter);
    return predictions.map(({ label, probabilities }) => [answer.labels[label] ?? "", (probabilities[label] ?? 0).toFixed(4)]);
  }
  const texts: string[][] = [];
  for (const input of inputs) {
    let text = "";
    await engine.write({ input, adapter, options: answer.options }, (piece) => {
      text += piece;
    });
    texts.push([text.trim()]);
  }
  return texts;
}
