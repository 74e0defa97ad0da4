/** Reading, masking and splitting a tab's data, off the page's thread. Holds the table read last, and its rows as they were connected last. */

import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import { csvBlob } from "@duet/lora-core/data/csvBlob";
import { guessColumns } from "@duet/lora-core/data/guessColumns";
import { labelsOf } from "@duet/lora-core/data/labelsOf";
import { type MappedRows, mapRows } from "@duet/lora-core/data/mapRows";
import type { OnShare } from "@duet/lora-core/data/nearDuplicates";
import { maskedRow } from "@duet/lora-core/data/personalData/maskedRow";
import { PersonalTally } from "@duet/lora-core/data/personalData/personalTally";
import { readTable } from "@duet/lora-core/data/readTable";
import { groupRejected, type RejectedRow } from "@duet/lora-core/data/rejectedRow";
import type { Row } from "@duet/lora-core/data/row";
import { countAnswers } from "@duet/lora-core/data/rowGroups";
import { splitRows } from "@duet/lora-core/data/splitRows";
import type { Table } from "@duet/lora-core/data/table";
import type { Task } from "@duet/lora-core/data/task";
import { workError } from "@duet/lora-core/errors/workError";

import { rowLengths, rowPieces } from "@duet/lora-core/tokenizers/rowPieces";
import { inputRoom, textAround } from "@duet/lora-engine/models/baseReader";
import type { ClientDesk } from "@duet/lora-engine/training/clientDesk";
import { predictTable } from "@duet/lora-engine/training/predictTable";
import { inSlices } from "./inSlices.ts";
import type { ModelDesk } from "./modelDesk.ts";
import { type LeftOut, rejectedCsv } from "./rejectedFile.ts";
import { loadSample, shareOf } from "./sampleData.ts";
import type { ConnectedData, RejectedSummary, TabEngine } from "./tabEngine.ts";

const PREVIEW_ROWS = 5;
const PREVIEW_CELL = 160;
const ROWS_AS_PIECES = 3;
/** At least, where there are as many. */
const ROWS_COUNTED = 500;
const REJECTED_SHOWN = 50;
const REASONS_SHOWN = 4;

export type DataDesk = Pick<
  TabEngine,
  | "readTable"
  | "labels"
  | "labelsOfFile"
  | "connect"
  | "personalData"
  | "rowsAsRead"
  | "rejectedRows"
  | "connectSample"
  | "predictTable"
>;

/** What rows are held by, what answers them, and what cuts them into tokens. */
export interface DataDeskParts {
  readonly answers: AnswerEngine;
  readonly client: Pick<ClientDesk, "hold">;
  readonly models: Pick<ModelDesk, "reader">;
}

export function createDataDesk({ answers, client, models }: DataDeskParts, baseUrl: string): DataDesk {
  let table: Table | null = null;
  let connecting: (LeftOut & { readonly rows: readonly Row[]; readonly task: Task }) | null = null;

  function current(): Table {
    if (!table) throw workError("ROWS_GONE", ["noFile"]);
    return table;
  }

  function held(): NonNullable<typeof connecting> {
    if (!connecting) throw workError("ROWS_GONE", ["noRows"]);
    return connecting;
  }

  /** What takes its time ends where something newer was begun. */
  function assertNewest(mine: typeof connecting): void {
    if (mine !== connecting) throw workError("STOPPED", ["otherRows"]);
  }

  function connected({ rows, rejected, respelled }: Omit<MappedRows, "cells">, seed: number, onShare?: OnShare): ConnectedData {
    const split = splitRows(rows, { seed, ...(onShare ? { onShare } : {}) });
    return {
      rows: client.hold(split),
      parts: { train: split.train.length, fusion: split.fusion.length, test: split.test.length },
      rowCount: rows.length,
      balance: [...countAnswers(rows)].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count),
      respelled,
      rejected: summarise(rejected),
    };
  }

  return {
    async readTable(content, fileName, options, labels) {
      table = null;
      connecting = null;
      const read = readTable(new Uint8Array(await content.arrayBuffer()), fileName, options);
      table = read;
      return {
        fileName,
        format: read.format,
        columns: read.columns,
        rowCount: read.rows.length,
        preview: read.rows.slice(0, PREVIEW_ROWS).map(({ values }) => read.columns.map((column) => cut(values[column] ?? ""))),
        rejected: summarise(read.rejected),
        reading: read.reading,
        guess: guessColumns(read, labels),
      };
    },
    labels: async (answerColumn) => labelsOf(current(), answerColumn),
    async labelsOfFile(content, fileName) {
      const read = readTable(new Uint8Array(await content.arrayBuffer()), fileName);
      const { answer } = guessColumns(read);
      return answer === null ? null : labelsOf(read, answer);
    },
    async connect({ input, answer, task, matchCase, mask, seed }, onProgress) {
      const mapped = mapRows(current(), { input, answer }, task, { matchCase });
      const mine = { rows: mapped.rows, rejected: mapped.rejected, cells: mapped.cells, task };
      connecting = mine;
      if (mask.length === 0) return connected(mapped, seed, onProgress);
      const kinds = new Set(mask);
      const rows: Row[] = [];
      const mustBeNewest = () => assertNewest(mine);
      await inSlices(mapped.rows, (row) => rows.push(maskedRow(row, kinds, task)), mustBeNewest);
      mustBeNewest();
      return connected({ ...mapped, rows }, seed, onProgress);
    },
    async personalData(onProgress) {
      const mine = held();
      const tally = new PersonalTally(mine.task);
      await inSlices(
        mine.rows,
        (row) => tally.add(row),
        (share) => {
          assertNewest(mine);
          onProgress(share);
        },
      );
      return tally.report();
    },
    async rowsAsRead(model, hub, maxTokens) {
      const mine = held();
      const reader = await models.reader(model, hub);
      assertNewest(mine);
      if (!reader) return null;
      const { tokenizer } = reader;
      const step = Math.max(1, Math.floor(mine.rows.length / ROWS_COUNTED));
      const counted = mine.rows.filter((_, index) => index % step === 0);
      // Room is left for the longest label; of free texts, for one of middling length.
      const answers = mine.task.kind === "label" ? mine.task.labels : middling(counted.map(({ answer }) => answer));
      const most = inputRoom(reader, answers, maxTokens);
      return {
        around: textAround(reader),
        first: mine.rows.slice(0, ROWS_AS_PIECES).map((row) => rowPieces(tokenizer, row, most)),
        lengths: rowLengths(tokenizer, counted, most),
      };
    },
    rejectedRows: async (words, say) => csvBlob(await rejectedCsv(current().columns, held(), words, say)),
    async connectSample(id, share, seed) {
      const sample = await loadSample(id, baseUrl);
      const { name, rows } = shareOf(sample, share);
      return { id, share: name, data: connected({ rows, rejected: [], respelled: [] }, seed) };
    },
    predictTable: (request, onProgress) => predictTable(answers, current(), request, onProgress),
  };
}

const summarise = (rejected: readonly RejectedRow[]): RejectedSummary => ({
  count: rejected.length,
  reasons: groupRejected(rejected).slice(0, REASONS_SHOWN),
  first: rejected.slice(0, REJECTED_SHOWN),
});

/** The one of which half are shorter. */
const middling = (texts: readonly string[]): readonly string[] => {
  const sorted = texts.toSorted((a, b) => a.length - b.length);
  const middle = Math.floor(sorted.length / 2);
  return sorted.slice(middle, middle + 1);
};

const cut = (cell: string): string => (cell.length > PREVIEW_CELL ? `${cell.slice(0, PREVIEW_CELL)}…` : cell);
