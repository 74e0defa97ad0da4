import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AWKWARD_SCALARS } from "../../fixtures/tensorboard/scalars.ts";
import { crc32c, eventFile } from "./tensorBoard.ts";

test("the checksum is the one of RFC 3720", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test("a file is records one after another, each with its length and two checksums", () => {
  const file = eventFile([{ at: 1_700_000_000_000, step: 300, tag: "accuracy/shared", value: 0.5 }]);
  const view = new DataView(file.buffer);
  const lengths: number[] = [];
  for (let at = 0; at < file.length; at += 16 + (lengths.at(-1) ?? 0)) lengths.push(Number(view.getBigUint64(at, true)));
  expect(lengths).toEqual([9 + 15, 9 + 3 + 2 + 2 + 17 + 5]);
  const content = Buffer.from(file.subarray(16 + 24 - 4));
  expect(content.includes("accuracy/shared")).toBe(true);
  expect(content.includes(Buffer.from([0x10, 0xac, 0x02]))).toBe(true);
});

test("TensorBoard's own reader finds in the very file that is written here every scalar, in 32 bits", () => {
  const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tensorboard/${name}`, import.meta.url));
  expect(Buffer.from(eventFile(AWKWARD_SCALARS)).equals(fixture("events.out.tfevents.1700000000.duet"))).toBe(true);
  const read: { scalars: unknown[] } = JSON.parse(fixture("read.json").toString("utf8"));
  expect(read.scalars).toEqual(AWKWARD_SCALARS.map((scalar) => ({ ...scalar, value: Math.fround(scalar.value) })));
});
