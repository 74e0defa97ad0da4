/** What a program says of a data file: how it was read, which labels were taken for others, and what was left out. */
import { DATA_SENTENCES } from "@duet/lora-core/data/dataSentences";
import type { MappedRows } from "@duet/lora-core/data/mapRows";
import { groupRejected } from "@duet/lora-core/data/rejectedRow";
import type { Table } from "@duet/lora-core/data/table";
import { separatorName } from "@duet/lora-core/data/tableOptions";
import { say } from "@duet/lora-core/sayings/saying";

/** How many respelled labels, and how many reasons, are listed. */
const LISTED = 8;

/** How a file was read; the options of the same names change it. */
export function tableLines(path: string, { format, columns, rows, reading }: Table): string[] {
  const { encoding, separator, header, quotes, notices } = reading;
  const decided = [
    encoding && `encoding ${encoding}`,
    separator !== null && `separator ${separatorName(separator)}`,
    header !== null && `header ${header ? "yes" : "no"}`,
    quotes !== null && `quotes ${quotes ? "yes" : "no"}`,
  ].filter(Boolean);
  return [
    `${path}: ${rows.length} rows of ${format.toUpperCase()}, ${decided.join(", ")}`,
    `  columns: ${columns.join(", ")}`,
    ...notices.map((notice) => `  ${say(DATA_SENTENCES, notice)}`),
  ];
}

/** What became of the rows. */
export function mappedLines(path: string, { rows, rejected, respelled }: MappedRows): string[] {
  const spelled = respelled
    .slice(0, LISTED)
    .map(({ spelling, label, count }) => `  ${count} × "${spelling}" was read as the label "${label}"`);
  const groups = groupRejected(rejected);
  const reasons = groups.slice(0, LISTED).map(({ reason, count, lines }) => {
    const more = count > lines.length ? ", …" : "";
    return `    ${count} × ${say(DATA_SENTENCES, reason)} (line${count === 1 ? "" : "s"} ${lines.join(", ")}${more})`;
  });
  const others = groups.length - LISTED;
  return [
    ...spelled,
    ...(respelled.length > LISTED ? [`  … and ${respelled.length - LISTED} more spellings`] : []),
    `  ${path}: ${rows.length} rows used, ${rejected.length} left out${rejected.length > 0 ? ":" : ""}`,
    ...reasons,
    ...(others > 0 ? [`    … for ${others} more reasons`] : []),
  ];
}
