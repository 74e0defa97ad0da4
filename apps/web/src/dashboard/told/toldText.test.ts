import type { EventView } from "@duet/lora-core/protocol/snapshot";
import { afterEach, expect, test } from "vitest";
import { speak } from "../../lib/language.ts";
import { deviceReason, eventText, exitText, phaseNote, sessionNote } from "./toldText.ts";

afterEach(() => speak("en"));

const event: EventView = { at: 1, text: "Ward A did not answer in time", told: ["of", "Ward A", ["late"]], clientId: "a" };
const note = {
  note: "Stopped by the organiser. No shared adapter was made yet.",
  told: [["because", ["stoppedByOrganiser"]], ["nothingKept"]],
} as const;

test("what is told as data is said in the language of the page", async () => {
  expect(eventText(event)).toBe(event.text);
  expect(phaseNote(note)).toBe(note.note);
  await speak("zh");
  expect(eventText(event)).toBe("Ward A：没有按时回应");
  expect(phaseNote(note)).toBe("组织者已停止。还没有产生共享适配器。");
  expect(sessionNote(["goesOn", ["atStep", 3, 9]])).toBe("从第 3 步（共 9 步）继续。");
  expect(exitText({ why: "removed", reason: "The organiser removed this client" })).toBe("组织者移除了这个客户端");
});

test("what is told as text alone, or by a newer program, stays as it was said", async () => {
  await speak("zh");
  expect(eventText({ at: 1, text: "It rains", clientId: null })).toBe("It rains");
  expect(eventText({ ...event, told: ["rains"] })).toBe(event.text);
  expect(deviceReason({ reason: "PyTorch on cuda." })).toBe("PyTorch on cuda.");
  expect(deviceReason({ reason: "No GPU. It rains.", told: [["noGpu"], ["rains"]] })).toBe("No GPU. It rains.");
  expect(exitText({ why: null, reason: "It rains" })).toBe("It rains");
});
