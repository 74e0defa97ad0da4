import { expect, test } from "vitest";
import { cutTo, textRoom } from "./textRoom.ts";

test("a Chinese character takes more room than a letter", () => {
  expect([textRoom("4 min"), textRoom("4 分钟")]).toEqual([32.5, 37]);
});

test("a text is cut to its room, and an ellipsis says so", () => {
  expect(["personal", "a hospital far away", "远方的一家医院"].map((text) => cutTo(text, 56))).toEqual([
    "personal",
    "a hospi…",
    "远方的一…",
  ]);
});
