/** Pieces of JSON text found without parsing it, so that one damaged piece costs only itself and each has its line. */

export interface JsonPart {
  readonly line: number;
  readonly text: string;
  /** Its name in an object; null in an array and on its own. */
  readonly key: string | null;
  /** Where it starts in the text. */
  readonly at: number;
}

/** The members of the array or object that starts at `at`, on line `line`. Strings and nesting are skipped, not checked. */
export function* jsonMembers(content: string, at: number, line: number): Generator<JsonPart> {
  let key: string | null = null;
  let start: { readonly at: number; readonly line: number } | null = null;
  for (const mark of jsonMarks(content, at, line)) {
    const isEnd = mark.depth === 0 && isClosing(mark);
    if (mark.depth === 1 && mark.char === ":" && start && key === null) {
      key = parsedKey(content.slice(start.at, mark.at));
      start = null;
    } else if (isEnd || (mark.depth === 1 && mark.char === ",")) {
      if (start) yield { line: start.line, text: content.slice(start.at, mark.at), key, at: start.at };
      start = null;
      key = null;
    } else if (mark.char === "" && mark.depth === 1) start ??= { at: mark.at, line: mark.line };
  }
}

function parsedKey(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Marks a string with a line end in it. */
const BROKEN = '"';

interface JsonMark {
  /** A comma, a colon or a closing bracket outside of strings, "" where a value or name begins, or {@link BROKEN}. */
  readonly char: string;
  readonly at: number;
  readonly line: number;
  /** How many brackets are open after it. */
  readonly depth: number;
}

const isClosing = ({ char }: JsonMark): boolean => char === "}" || char === "]";

const MARKS = /["[\]{},:\n]|[^\s"[\]{},:]+/g;

/** What structures the JSON value at `at`; ends with the bracket that closes it. */
function* jsonMarks(content: string, at: number, firstLine: number): Generator<JsonMark> {
  let line = firstLine;
  let depth = 0;
  const pattern = new RegExp(MARKS);
  pattern.lastIndex = at;
  for (let found = pattern.exec(content); found; found = pattern.exec(content)) {
    const [text] = found;
    const begin = { char: "", at: found.index, line, depth };
    if (text === "\n") line++;
    else if (text === "{" || text === "[") {
      yield begin;
      depth++;
    } else if (text === "}" || text === "]") {
      depth--;
      yield { char: text, at: found.index, line, depth };
      if (depth <= 0) return;
    } else if (text === "," || text === ":") yield { char: text, at: found.index, line, depth };
    else {
      yield begin;
      if (text === '"') {
        const end = endOfString(content, found.index);
        const lineEnds = content.slice(found.index, end).split("\n").length - 1;
        if (lineEnds > 0) yield { ...begin, char: BROKEN };
        line += lineEnds;
        pattern.lastIndex = end;
      }
    }
  }
}

/** Behind the closing quote of the string at `at`; the end of the text when there is none. */
export function endOfString(content: string, at: number): number {
  for (let end = content.indexOf('"', at + 1); end >= 0; end = content.indexOf('"', end + 1)) {
    let first = end;
    while (content[first - 1] === "\\") first--;
    if ((end - first) % 2 === 0) return end + 1;
  }
  return content.length;
}

export interface JsonEnd {
  /** Null when it never ends, or, if strict, has a line end in a string, which JSON forbids. */
  readonly end: number | null;
  /** How many characters were read to know that. */
  readonly read: number;
}

/** Where the object or array at `at` ends. */
export function endOfJson(content: string, at: number, isStrict: boolean): JsonEnd {
  for (const mark of jsonMarks(content, at, 1)) {
    if (mark.char === BROKEN && isStrict) return { end: null, read: mark.at - at + 1 };
    if (mark.depth === 0 && isClosing(mark)) return { end: mark.at + 1, read: mark.at + 1 - at };
  }
  return { end: null, read: content.length - at };
}
