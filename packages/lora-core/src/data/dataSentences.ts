/** What is said of a data file to its owner: why a row cannot be used, and what was decided in reading it. */
import type { Saying } from "../sayings/saying.ts";

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
    "These lines have no answers, so nothing can be learned from them yet. For a label task, save them as CSV with a label column beside each line; for a free-text task, with a column of the text to write.",
} as const;

export type DataSaying = Saying<typeof DATA_SENTENCES>;
