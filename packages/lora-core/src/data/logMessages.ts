/**
 * The messages of a log: a line, and the lines of a stack trace that go on from it. Known are Java and Kotlin, Python, JavaScript, Go,
 * .NET, Ruby and Rust; in a log, any other line that is indented deeper goes on from its message as well.
 */

export interface LogMessage {
  /** Of its first line, from 1. */
  readonly line: number;
  /** Its lines, with \n between. */
  readonly text: string;
}

/** A time or a level at the beginning, perhaps in brackets: the line begins a message. */
const HEAD = new RegExp(
  `^[[(<]?(?:${[
    String.raw`\d{4}[-/.]\d\d[-/.]\d\d`,
    String.raw`\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}`,
    String.raw`\d\d:\d\d:\d\d`,
    String.raw`\d{6} \d{6}\b`,
    String.raw`\d{10,13}\b`,
    "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ",
    String.raw`(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}\b`,
    String.raw`(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL)\b`,
  ].join("|")})`,
);

/** Frames and causes, as runtimes print them. */
const TRACE = [
  /^\s+at \S/,
  /^\s*\.\.\. \d+ (?:more|common frames omitted)/,
  /^\s*(?:Caused by|Suppressed|Wrapped by): /,
  /^\s*--- End of .*stack trace/,
  /^\s*---> /,
  /^Traceback \(most recent call last\):/,
  /^\s+File ".*", line \d+/,
  /^(?:During handling of the above exception|The above exception was the direct cause)/,
  /^goroutine \d+ \[/,
  /^\[signal SIG/,
  /^created by \S/,
  /^\s+from \S+:\d+:in /,
  /^stack backtrace:/,
  /^\s+\d+: +\S+/,
  /^note: (?:run with|[Ss]ome details are omitted)/,
];
/** What a program says when it ends: a message of its own, even without a time. */
const LAST_WORDS = /^(?:panic: |fatal error: |Exception in thread "|Unhandled exception|thread '.*' panicked at )/;
/** The class of an exception, with or without its message. */
const EXCEPTION = /^(?:[A-Za-z_$][\w$]*\.)*(?:[A-Z][\w$]*)?(?:Exception|Error|Throwable)\b(?::|\s*$)/;
const GO_FRAME = /^(?:[^\s(]+\(|exit status \d+$)/;

/** Lines of which so many begin like a log's are a log. */
const LOG_SHARE = 0.1;
const SAMPLE_LINES = 2000;
/** Empty lines that may stand within a trace. */
const MAX_GAP = 2;

/** `isLog` says that the lines are a log; else that is found out. An empty line outside of a trace is a message without text. */
export function* logMessages(lines: readonly string[], isLog: boolean): Generator<LogMessage> {
  const sample = lines.slice(0, SAMPLE_LINES).filter((line) => line.trim() !== "");
  const joinsIndented = isLog || sample.filter((line) => HEAD.test(line)).length > LOG_SHARE * sample.length;
  for (let begin = 0; begin < lines.length; ) {
    const end = endOfMessage(lines, begin, joinsIndented);
    yield { line: begin + 1, text: lines.slice(begin, end).join("\n") };
    begin = end;
  }
}

/** Index of the line after the message that begins at `begin`. */
function endOfMessage(lines: readonly string[], begin: number, joinsIndented: boolean): number {
  const first = lines[begin] ?? "";
  if (first.trim() === "") return begin + 1;
  const trace = createTrace(first);
  let end = begin + 1;
  for (;;) {
    const at = afterGap(lines, end);
    const line = lines[at];
    if (line === undefined || HEAD.test(line) || LAST_WORDS.test(line)) return end;
    const isNext = at === end;
    const isInTrace = (isNext || trace.isOpen()) && trace.takes(line, isNext ? (lines[at + 1] ?? "") : "");
    const isDeeper = isNext && indentOf(line) > indentOf(first) && (joinsIndented || trace.isOpen());
    if (!isInTrace && !isDeeper) return end;
    end = at + 1;
  }
}

/** Index of the next line with text, a few empty lines on at most. */
function afterGap(lines: readonly string[], from: number): number {
  let at = from;
  while (at < from + MAX_GAP && lines[at]?.trim() === "") at++;
  return at;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isFrame = (line: string): boolean => TRACE.some((pattern) => pattern.test(line));

interface Trace {
  isOpen(): boolean;
  /** Whether the line is part of the trace, which it then opens; `next` is the line after it. */
  takes(line: string, next: string): boolean;
}

function createTrace(first: string): Trace {
  let isOpen = false;
  let isPython = false;
  let isGo = false;
  const note = (line: string) => {
    isOpen ||= isFrame(line) || LAST_WORDS.test(line) || EXCEPTION.test(line);
    isPython ||= line.startsWith("Traceback ");
    isGo ||= line.startsWith("goroutine ");
  };
  note(first);
  return {
    isOpen: () => isOpen,
    takes(line, next) {
      // Python's exception is the first line after its frames that is not indented.
      const isPythonEnd = isPython && indentOf(line) === 0 && !isFrame(line);
      const isTaken = isFrame(line) || isPythonEnd || (isGo && GO_FRAME.test(line)) || (EXCEPTION.test(line) && isFrame(next));
      if (isTaken) note(line);
      if (isPythonEnd) isPython = false;
      return isTaken;
    },
  };
}
