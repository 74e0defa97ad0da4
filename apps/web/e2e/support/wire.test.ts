import { expect, test } from "vitest";
import { occurrences } from "./wire.ts";

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
