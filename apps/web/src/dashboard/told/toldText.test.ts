import { type SentSaying, sentLine } from "@duet/client/sentSentences";
import type { EventView } from "@duet/lora-core/protocol/snapshot";
import { afterEach, expect, test } from "vitest";
import { speak } from "../../lib/language.ts";
import { words as common } from "../../lib/words.ts";
import { deviceReason, eventText, exitText, phaseNote, sentName, sentText, sessionNote } from "./toldText.ts";

afterEach(() => speak("en"));

const event: EventView = { at: 1, text: "Ward A did not answer in time", told: ["of", "Ward A", ["late"]], clientId: "a" };
const note = {
  note: "Stopped by the organiser. No shared adapter was made yet.",
  told: [["because", ["stoppedByOrganiser"]], ["nothingKept"]],
} as const;

test("what is told as data is said in the language of the page", async () => {
  expect(eventText(event)).toBe(event.text);
  expect(phaseNote(note)).toBe(note.note);
  expect(sessionNote(["sumRefused", ["otherKey", "anna"]])).toMatch(
    /hidden: the coordinator shows another key of anna than before\.$/,
  );
  await speak("zh");
  expect(eventText(event)).toBe("Ward A：没有按时回应");
  expect(phaseNote(note)).toBe("组织者已停止。还没有产生共享适配器。");
  expect(sessionNote(["goesOn", ["atStep", 3, 9]])).toBe("从第 3 步（共 9 步）继续。");
  expect(sessionNote(["sumRefused", ["otherKey", "anna"]])).toBe("为了不暴露自己的更新，本标签页没有参加这一轮的求和。");
  await common.fetchFailures();
  expect(sessionNote(["sumRefused", ["otherKey", "anna"]])).toMatch(
    /没有参加这一轮的求和：协调器出示的 anna 的密钥与之前不同。$/,
  );
  expect(exitText({ why: "removed", reason: "The organiser removed this client" })).toBe("组织者移除了这个客户端");
});

test("an entry of the ledger says in the language of the page what it was made from; one of before in its own words", async () => {
  const sayings: readonly SentSaying[] = [["changed", 3, "shared"], ["madeFrom", 60], ["masked"]];
  const madeFrom = sentLine(sayings);
  expect(sentText({ madeFrom, told: sayings })).toBe(
    "what round 3 changed of the shared adapter, made from 60 training rows, masked",
  );
  await speak("zh");
  expect(sentText({ madeFrom, told: sayings })).toBe("第 3 轮对共享适配器的改动，由 60 个训练数据行得出，带掩码");
  expect(sentText({ madeFrom })).toBe(madeFrom);
  expect([sentName("masked values"), sentName("client:join")]).toEqual(["带掩码的数值", "client:join"]);
});

test("a sum that was refused for what no table says is told without a reason", () => {
  expect(sessionNote(["sumRefused", ["rains"]])).toBe(
    "This tab did not take part in the sum of this round, to keep its update hidden.",
  );
});

test("what is told as text alone, or by a newer program, stays as it was said", async () => {
  await speak("zh");
  expect(eventText({ at: 1, text: "It rains", clientId: null })).toBe("It rains");
  expect(eventText({ ...event, told: ["rains"] })).toBe(event.text);
  expect(deviceReason({ reason: "PyTorch on cuda." })).toBe("PyTorch on cuda.");
  expect(deviceReason({ reason: "No GPU. It rains.", told: [["noGpu"], ["rains"]] })).toBe("No GPU. It rains.");
  expect(exitText({ why: null, reason: "It rains" })).toBe("It rains");
});
