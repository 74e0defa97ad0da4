/** What is said of a data file to its owner: why a row cannot be used, and what was decided in reading it. */
import type { Saying } from "../sayings/saying.ts";

/** Files that are no text, by what they are. */
export type BinaryKind = "zip" | "workbook" | "xls" | "gzip" | "parquet" | "arrow" | "sqlite" | "pdf" | "image";

const BINARY_WORDS: Readonly<Record<BinaryKind, string>> = {
  zip: "a ZIP archive. Unpack it and choose the file inside.",
  workbook: "a workbook of a spreadsheet. Save the sheet with the rows as CSV and choose that file.",
  xls: "an old Excel workbook. Save the sheet as CSV and choose that file.",
  gzip: "compressed with gzip. Unpack it and choose the file inside.",
  parquet: "a Parquet file. Save it as CSV or JSON Lines, for example with pandas, and choose that file.",
  arrow: "an Arrow file. Save it as CSV or JSON Lines, for example with pandas, and choose that file.",
  sqlite: "a SQLite database. Export the table as CSV and choose that file.",
  pdf: "a PDF. Save its table as CSV and choose that file.",
  image: "an image, not a table.",
};

const andMore = (listed: string, more: number) => (more > 0 ? `${listed} and ${more} more` : listed);
const counted = (count: number, one: string, more: string) => (count === 1 ? one : more);

export const DATA_SENTENCES = {
  // Why a row cannot be used, each without a full stop.
  emptyLine: () => "the line is empty",
  empty: (column: string) => `${column} is empty`,
  allEmpty: (columns: string) => `${columns} are empty`,
  inColumn: (column: string, reason: string) => `${column}: ${reason}`,
  tooLong: (column: string, length: number, most: number) => `${column} has ${length} characters, more than ${most}`,
  fewerThanHeader: (fields: number, columns: number) => `the row has ${fields} fields, the header has ${columns}`,
  fewerThanFirst: (fields: number, columns: number) => `the row has ${fields} fields, the first row has ${columns}`,
  unclosedQuote: () => "a quote opened in this row is never closed",
  trailingQuote: () => "a quoted cell has text after its closing quote",
  headerAgain: () => "the header is repeated",
  noJson: () => "this is not valid JSON",
  noObject: () => "this is not a JSON object",
  noFields: () => "the object has no fields",
  noLabel: (answer: string) => `"${answer}" is not one of the labels`,
  noConversation: () => "this is no conversation",
  noConversationIn: (column: string) => `${column} is no conversation`,
  noAssistant: () => "the conversation has no turn of the assistant",
  nothingBefore: () => "nothing precedes the assistant's answer",
  unknownRole: (role: string) => `a turn of the role "${role}" cannot be used`,

  // What was decided, each a sentence.
  readAs: (encoding: string) => `The file was read as ${encoding}; it does not say so itself.`,
  cutOff: () => "The file ends within a character and was probably cut off there.",
  windows1252: () =>
    "The file is not in UTF-8 and was read as windows-1252. Where accents or letters look wrong, choose its encoding by hand.",
  invalid: (characters: number, encoding: string) =>
    `${counted(characters, "1 character is", `${characters} characters are`)} not valid in ${encoding} and shown as \ufffd. Another encoding may fit.`,
  nulls: (count: number) => `${counted(count, "A NUL character was", `${count} NUL characters were`)} left out.`,
  titleLine: (line: number) => `Line ${line} was left out: a title above the names of the columns.`,
  titleLines: (first: number, last: number) => `Lines ${first} to ${last} were left out: a title above the names of the columns.`,
  shortHeader: () => "The first line names one column fewer than there are: the first column has no name.",
  noHeader: () => "The first line looks like a row, so the columns have numbers for names.",
  joined: (rows: number) =>
    `In ${counted(rows, "one row", `${rows} rows`)} a separator with a blank after it was read as part of the text.`,
  plainQuotes: () => "Quotes do not mark cells in this file and were read as they are written.",
  noAnswers: () =>
    "This file has no answers, so nothing can be learned from it yet. For a label task, save it as CSV with a label column beside each text; for a free-text task, with a column of the text to write.",

  // Why a file as a whole, or what was chosen of it, cannot be used, each a sentence.
  tooManyCharacters: (file: string, characters: number, most: number) =>
    `${file} has ${characters} characters; at most ${most} can be read.`,
  tooManyBytes: (file: string, bytes: number, most: number) => `${file} has ${bytes} bytes; at most ${most} can be read.`,
  tooManyRows: (file: string, rows: number, most: number) => `${file} has ${rows} rows; at most ${most} can be used.`,
  tooManyColumns: (file: string, columns: number, most: number) => `${file} has ${columns} columns; at most ${most} can be used.`,
  tooManyFields: (most: number) => `The rows have more than ${most} different fields, the most that can be used.`,
  emptyFile: (file: string) => `${file} is empty.`,
  binary: (file: string, kind: BinaryKind) => `${file} is ${BINARY_WORDS[kind]}`,
  notText: (file: string) => `${file} is not text. Save it as CSV, TSV, JSON Lines or plain text in UTF-8.`,
  utf32: () => "The file is in UTF-32, which cannot be read here; save it in UTF-8.",
  namesOnly: (file: string, columns: string) => `${file} has the names of columns (${columns}) and no rows.`,
  noRow: (file: string) => `${file} has no row that can be read.`,
  noRowBecause: (file: string, line: number, reason: string) => `${file} has no row that can be read. Line ${line}: ${reason}.`,
  openArray: (line: number) => `The JSON array that starts on line ${line} is never closed.`,
  severalLists: (names: string) => `The file has several lists: ${names}. Save the one with the rows as a file of its own.`,
  sameColumn: () => "Input and answer must be different columns.",
  answerInTemplate: (answer: string) => `The template has the answer in it: leave out {${answer}}.`,
  noColumnNamed: (example: string) => `The template names no column; write one in braces, such as {${example}}.`,
  halfBrace: (brace: string) =>
    `The template has a ${brace} without its other half; a brace itself is written twice: ${brace}${brace}.`,
  unknownColumn: (column: string, columns: string) => `There is no column "${column}"; the file has: ${columns}.`,
  /** Of each the first few, and how many more there are. */
  noLabelFits: (has: string, moreHas: number, wants: string, moreWants: number) =>
    `No row has one of the federation's labels. The file has ${andMore(has, moreHas)}; the federation has ${andMore(wants, moreWants)}.`,
  fewGroups: (rows: number, groups: number) =>
    `These ${rows} rows make only ${groups} ${counted(groups, "group", "groups")} of near-duplicate texts; training, fusion and test rows need at least 3.`,
} as const;

export type DataSaying = Saying<typeof DATA_SENTENCES>;
