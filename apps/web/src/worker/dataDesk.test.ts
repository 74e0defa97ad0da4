import { expect, test } from "vitest";
import { createDataDesk } from "./dataDesk.ts";

const unasked = () => {
  throw new Error("Nothing is trained or answered here");
};
const desk = () =>
  createDataDesk(
    {
      answers: {
        ...{ predict: unasked, write: unasked, measureFusion: unasked },
        ...{ measureRecognition: unasked, mistakenRows: unasked, stopAnswering: unasked },
      },
      client: { hold: unasked },
      models: { reader: unasked },
    },
    "",
  );
const csv = (...lines: readonly string[]) => new Blob([lines.join("\n")]);

test("counting the labels of other files leaves the table that was read", async () => {
  const { readTable, labels, labelsOfFile } = desk();
  await readTable(csv("text,kind", "it burns,alarm", "all is well,calm"), "own.csv");
  const other = csv("text,label", "so it goes,north", "on and on,south", "and on,south");
  expect(await labelsOfFile(other, "other.csv")).toEqual([
    { label: "north", count: 1 },
    { label: "south", count: 2 },
  ]);
  expect((await labels("kind")).map(({ label }) => label)).toEqual(["alarm", "calm"]);
});
