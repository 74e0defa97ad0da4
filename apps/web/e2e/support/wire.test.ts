import { expect, test } from "vitest";
import { occurrences, tokenOccurrences } from "./wire.ts";

const TEXT = "counted: a heron under the bridge";
const around = (before: number, text: Buffer) => Buffer.concat([Buffer.alloc(before, 0xf3), text]);

test.each([
  ["as they are", (bytes: Buffer) => bytes],
  ["in base64", (bytes: Buffer) => Buffer.from(bytes.toString("base64"))],
  ["in base64 for addresses", (bytes: Buffer) => Buffer.from(bytes.toString("base64url"))],
  ["in hexadecimal digits", (bytes: Buffer) => Buffer.from(bytes.toString("hex"))],
])("words are found %s, in UTF-8 and UTF-16, wherever they stand", (_name, encoded) => {
  for (const characters of ["utf8", "utf16le"] as const) {
    const sent = Array.from({ length: 9 }, (_, before) => encoded(around(before, Buffer.from(TEXT, characters))));
    expect(occurrences({ sent }, ["heron under", "not there"])).toBe(9);
    expect(occurrences({ sent }, ["heron over", "not there"])).toBe(0);
  }
});

const IDS = [7, 40_112, 3, 65_500, 12];
test.each([
  ["16 bits", Buffer.from(Uint16Array.from(IDS).buffer)],
  ["32 bits", Buffer.from(Int32Array.from(IDS).buffer)],
  ["float32", Buffer.from(Float32Array.from(IDS).buffer)],
  ["JSON", Buffer.from(JSON.stringify({ ids: IDS }))],
  ["JSON that people read", Buffer.from(`[${IDS.join(", ")}]`)],
])("token ids are found in %s, encoded or not", (_name, numbers) => {
  const runs = [IDS.slice(1, 4)];
  const sent = [numbers, Buffer.from(around(3, numbers).toString("base64")), Buffer.from(numbers.toString("hex"))];
  expect(tokenOccurrences({ sent }, runs)).toBe(3);
  expect(tokenOccurrences({ sent }, [[40_112, 4, 65_500]])).toBe(0);
});
