/** Every way to fail is said in Chinese: by its code, and by what it says as data. */
import { DATA_SENTENCES } from "@duet/lora-core/data/dataSentences";
import { ADAPTER_SENTENCES } from "@duet/lora-core/errors/adapterSentences";
import { CONNECTION_SENTENCES } from "@duet/lora-core/errors/connectionSentences";
import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { HUB_SENTENCES } from "@duet/lora-core/errors/hubSentences";
import { RUNTIME_SENTENCES } from "@duet/lora-core/errors/runtimeSentences";
import { SECURE_SENTENCES } from "@duet/lora-core/errors/secureSentences";
import { TEAM_SENTENCES } from "@duet/lora-core/errors/teamSentences";
import { WORKER_SENTENCES } from "@duet/lora-core/errors/workerSentences";
import { WORK_SENTENCES } from "@duet/lora-core/errors/workSentences";
import { CHOICE_SENTENCES } from "@duet/lora-core/federation/choiceSentences";
import { REFUSAL_SENTENCES } from "@duet/lora-core/protocol/refusalSentences";
import { type Sentences, sayTold } from "@duet/lora-core/sayings/saying";
import { expect, test } from "vitest";
import { englishIn } from "../../../e2e/support/englishIn.ts";
import { FAILURES, SAID } from "./codes.zh.ts";

const TABLES: readonly Sentences[] = [
  DATA_SENTENCES,
  ADAPTER_SENTENCES,
  CONNECTION_SENTENCES,
  HUB_SENTENCES,
  RUNTIME_SENTENCES,
  WORK_SENTENCES,
  WORKER_SENTENCES,
  REFUSAL_SENTENCES,
  CHOICE_SENTENCES,
  SECURE_SENTENCES,
  TEAM_SENTENCES,
];
const ENGLISH: Sentences = Object.assign({}, ...TABLES);
const names = TABLES.flatMap((table) => Object.keys(table));

test("no two tables have a sentence of the same name, so that each is said as what it is", () => {
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(Object.keys(SAID).toSorted()).toEqual(names.toSorted());
});

test.each(Object.keys(NEXT_STEPS))("%s", (code) => {
  expect(FAILURES[code as keyof typeof FAILURES].flatMap(englishIn)).toEqual([]);
});

/** As many as any sentence takes: a figure reads as a text where one is wanted. */
const VALUES = Array.from({ length: 8 }, (_, index) => index + 2);

const TEXTS = ["constructor", "__proto__", "prototype", "toString", "name", "x", "y", "z"];

test.each(names)("the sentence %s is a text, whatever a coordinator puts into it", (name) => {
  for (const values of [VALUES, TEXTS, TEXTS.toReversed()]) expect(sayTold(SAID, [name, ...values])).toBeTypeOf("string");
});

test.each(names)("the sentence %s has no English, and says all that it is told", (name) => {
  const [english, chinese] = [ENGLISH, SAID].map((table) => String(table[name]?.(...(VALUES as unknown as never[]))));
  expect(englishIn(chinese ?? "")).toEqual([]);
  // Why a client is out, what is measured and how it is bounded are words of their own.
  if (name === "clientOut" || name === "size") return;
  if (/[a-z]{2}/i.test(english ?? "")) expect(chinese).toMatch(/\p{Script=Han}/u);
  for (const value of VALUES) if (english?.includes(String(value))) expect(chinese).toContain(String(value));
});
