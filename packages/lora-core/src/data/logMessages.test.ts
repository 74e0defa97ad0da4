import { describe, expect, it } from "vitest";
import { say } from "../sayings/saying.ts";
import { stripAnsi } from "./ansi.ts";
import { DATA_SENTENCES } from "./dataSentences.ts";
import { readTable } from "./readTable.ts";

const messages = (text: string, name = "x.log") => readTable(text, name).rows.map(({ line, values }) => [line, values.line]);
const AFTER = "10:00:02 INFO next";
const BEFORE = "10:00:01 ERROR failed";

describe("stack traces belong to their message", () => {
  it.each([
    [
      "Java",
      "java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: gone\n\tat d.E.f(E.java:2)\n\t... 12 more",
    ],
    [
      "Java, suppressed",
      "java.lang.Error\n\tat a.B.c(B.java:1)\n\tSuppressed: java.lang.Exception: x\n\t\tat a.B.d(B.java:2)\n\t\t... 1 common frames omitted",
    ],
    [
      "Python",
      'Traceback (most recent call last):\n  File "job.py", line 3, in run\n    step()\n    ^^^^^^\nValueError: bad step',
    ],
    [
      "Python, another name",
      'Traceback (most recent call last):\n  File "job.py", line 3, in run\nrequests.exceptions.Timeout: late',
    ],
    [
      "Python, chained",
      'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 2, in g\nValueError: 2',
    ],
    ["JavaScript", "TypeError: x is not a function\n    at f (a.js:1:2)\n    at async g (b.js:3:4)"],
    [
      ".NET",
      "System.InvalidOperationException: no\n ---> System.IO.IOException: gone\n   at A.B() in a.cs:line 3\n   --- End of inner exception stack trace ---\n   at C.D()",
    ],
    ["Go", "goroutine 1 [running]:\nmain.run(0xc000, 0x1)\n\t/src/a.go:5 +0x1d\nmain.main()\n\t/src/a.go:9 +0x2\nexit status 2"],
    ["Ruby", "\tfrom a.rb:12:in `run'\n\tfrom a.rb:3:in `<main>'"],
    [
      "Rust",
      "stack backtrace:\n   0: std::panicking::begin_panic\n             at ./lib.rs:3\nnote: run with `RUST_BACKTRACE=1`",
    ],
    ["any indented lines", "  key: value\n    deeper\n  other: value"],
  ])("%s", (_, trace) => {
    const text = `10:00:00 INFO first\n${BEFORE}\n${trace}\n${AFTER}\n`;
    expect(messages(text)).toEqual([
      [1, "10:00:00 INFO first"],
      [2, `${BEFORE}\n${trace}`],
      [3 + trace.split("\n").length, AFTER],
    ]);
  });

  it("also where no line has a time, and last words are a message of their own", () => {
    const go = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/a.go:9 +0x2";
    expect(messages(`started\n${go}\nrestarted\n`, "x.txt")).toEqual([
      [1, "started"],
      [2, go],
      [7, "restarted"],
    ]);
    const java = 'Exception in thread "main" java.lang.Error: x\n\tat a.B.c(B.java:1)';
    expect(messages(`started\n${java}\nrequest failed\njava.lang.Error\n\tat a.B.c(B.java:1)\nok\n`, "x.txt")).toEqual([
      [1, "started"],
      [2, java],
      [4, "request failed\njava.lang.Error\n\tat a.B.c(B.java:1)"],
      [7, "ok"],
    ]);
  });

  it("and a log that is indented as a whole is one message a line", () => {
    expect(messages("  one\n  two\n  three\n")).toHaveLength(3);
    expect(messages("a poem\n  with its\n    steps\n", "x.txt")).toHaveLength(3);
  });

  it("and a log without traces is one message a line", () => {
    expect(messages(`${BEFORE}\nplain words\nErrors were found\n${AFTER}`)).toHaveLength(4);
  });
});

describe("stripAnsi", () => {
  const ESC = "\u001b";
  it.each([
    [`${ESC}[31mred${ESC}[0m`, "red"],
    [`${ESC}[1;38;5;196mred${ESC}[K`, "red"],
    [`${ESC}[2J${ESC}[?25lhidden${ESC}[10;20H`, "hidden"],
    ["\u009b31mred\u009b0m", "red"],
    [`${ESC}]0;title\u0007text`, "text"],
    [`${ESC}]8;;https://x.y${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
    ["\u009d0;title\u009ctext", "text"],
    [`${ESC}(Btext${ESC}=${ESC}7`, "text"],
    [`${ESC}Pq#0${ESC}\\text`, "text"],
    [`cut ${ESC}`, "cut "],
    ["plain [31m text", "plain [31m text"],
  ])("%j", (text, stripped) => expect(stripAnsi(text)).toBe(stripped));

  it("is done in every format", () => {
    expect(messages(`${ESC}[32m10:00:00 INFO${ESC}[0m up\n`)).toEqual([[1, "10:00:00 INFO up"]]);
    expect(readTable(`text,level\n${ESC}[31mdown${ESC}[0m,error\n`, "a.csv").rows[0]?.values).toEqual({
      text: "down",
      level: "error",
    });
    expect(readTable('{"log":"\\u001b[31mdown\\u001b[0m"}\n', "a.jsonl").rows[0]?.values).toEqual({ log: "down" });
  });

  it("also as single 8-bit bytes, which are no UTF-8", () => {
    const bytes = Uint8Array.from([..."\u009b31mdown\u009b0m\nup\n"].map((char) => char.charCodeAt(0)));
    expect(readTable(bytes, "x.log").rows.map(({ values }) => values.line)).toEqual(["down", "up"]);
  });
});

it("says at once that lines have no answers, and what to do", () => {
  const { notices } = readTable("one\ntwo\n", "x.log").reading;
  expect(notices.map((notice) => say(DATA_SENTENCES, notice)).join()).toMatch(/no answers.*label column.*free-text task/);
});
