import { readTable } from "@duet/lora-core/data/readTable";
import { DuetError, explain } from "@duet/lora-core/errors/duetError";
import type { Told } from "@duet/lora-core/sayings/saying";
import { afterEach, expect, test } from "vitest";
import { failureLine } from "./failureLine.ts";
import { speak } from "./language.ts";
import { words } from "./words.ts";

afterEach(() => speak("en"));

const failureOf = (content: string) => {
  try {
    readTable(content, "rows.json");
  } catch (error) {
    return explain(error);
  }
  throw new Error("It was read");
};

test("a file that is refused is told in the language of the page, with what is wrong with it and no English", async () => {
  const failure = failureOf('[{"text": "a"}');
  expect(failureLine(failure)).toMatch(/^The JSON array that starts on line 1 is never closed\. /);
  await speak("zh");
  await words.fetchFailures();
  expect(words.failure(failure).original).toBeNull();
  expect(words.failure(failure).title).toBe("从第 1 行开始的 JSON 数组没有闭合");
  expect(failureLine(failure)).not.toMatch(/[A-Za-z]+ [a-z]+/);
});

test("why a row cannot be used is told within it", async () => {
  const failure = failureOf("[1]");
  await speak("zh");
  await words.fetchFailures();
  expect(words.failure(failure).title).toMatch(/没有可以读取的数据行。第 1 行：这不是 JSON 对象$/);
});

test("what a coordinator refuses is told in it, and in the coordinator's words where they are no sentence of this page", async () => {
  const refusalOf = (told: Told) =>
    explain(new DuetError("FEDERATION_FULL", "This federation is full: it takes 3 clients", { told }));
  await speak("zh");
  await words.fetchFailures();
  const { title, original } = words.failure(refusalOf(["federationFull", 3]));
  expect([title, original]).toEqual(["这个联邦已满：它最多接纳 3 个客户端", null]);
  for (const told of [["fullOfClients", 3], ["federationFull"], ["notOpened", ["unheardOf"]]] as const) {
    expect(words.failure(refusalOf(told))).toMatchObject({ original: "This federation is full: it takes 3 clients." });
  }
});

test("what was made as text stays beside what it means", async () => {
  const failure = explain(new Error("It rains"));
  await speak("zh");
  await words.fetchFailures();
  expect(words.failure(failure)).toMatchObject({ title: "发生了意外错误", original: "It rains." });
});
