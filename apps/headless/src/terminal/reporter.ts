/** What a command says: lines for people, of which the last is redrawn on a terminal, or one JSON object a line for programs. */
import { stripVTControlCharacters } from "node:util";

export interface Reporter {
  /** Something that happened. `text` is for people, `data` for programs; both say the same. */
  event(name: string, text: string, data?: Readonly<Record<string, unknown>>): void;
  /** Where things stand: shown in place of what was shown last, and never twice. */
  status(text: string, data: Readonly<Record<string, unknown>>): void;
  /** A result that is wanted by itself, such as a table: the only thing on standard output beside JSON. */
  result(text: string): void;
}

export interface ReporterOptions {
  readonly json: boolean;
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WriteStream;
  readonly now: () => number;
}

/** A status that differs in its figures alone is said so often where it cannot be redrawn. */
const REPEAT_MS = 10_000;

export function createReporter({ json, out, err, now }: ReporterOptions): Reporter {
  let shown = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  let said = "";
  const clear = () => {
    if (shown !== "") err.write("\r\u001b[K");
    shown = "";
  };
  const write = (event: string, data: Readonly<Record<string, unknown>>) =>
    out.write(`${JSON.stringify({ at: new Date(now()).toISOString(), event, ...data })}\n`);

  return {
    event(name, text, data = {}) {
      if (json) return void write(name, { text, ...data });
      clear();
      err.write(`${visible(text)}\n`);
    },
    status(text, data) {
      const kind = text.replace(/[\d.]+/g, "#");
      const isNews = kind !== said || now() - saidAt >= REPEAT_MS;
      if (json || !err.isTTY) {
        if (!isNews) return;
        [said, saidAt] = [kind, now()];
        if (json) write("status", { text, ...data });
        else err.write(`${visible(text)}\n`);
        return;
      }
      const line = visible(text).slice(0, (err.columns || 100) - 1);
      if (line === shown) return;
      clear();
      err.write(line);
      shown = line;
    },
    result(text) {
      clear();
      out.write(text.endsWith("\n") ? text : `${text}\n`);
    },
  };
}

/** Names and notes come from others: nothing of them may move the cursor. */
const visible = (text: string): string => stripVTControlCharacters(text);
