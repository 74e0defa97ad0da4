import { expect, it } from "vitest";
import { kindView, titleOf } from "./personalView.ts";

it("says how many of what, with examples and the mark", () => {
  expect(kindView({ kind: "mail", count: 12, examples: ["a@b.org", "c@d.org"] })).toEqual({
    kind: "mail",
    label: "12 mail addresses",
    examples: "“a@b.org”, “c@d.org”",
    mark: "[mail]",
  });
  expect(kindView({ kind: "birthDate", count: 1, examples: [] }).label).toBe("1 date of birth");
});

it("says how many rows", () => {
  expect(titleOf({ rows: 40, rowsFound: 1, kinds: [] })).toBe("1 row of 40 seems to hold personal data");
  expect(titleOf({ rows: 40, rowsFound: 7, kinds: [] })).toBe("7 rows of 40 seem to hold personal data");
});
