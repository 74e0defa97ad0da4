import { expect, it } from "vitest";
import { isSameOrigin } from "./sameOrigin.ts";

it.each([
  ["http://duet.example:8080", "duet.example:8080", true],
  ["https://duet.example", "duet.example", true],
  [undefined, "duet.example", true],
  ["http://evil.example", "duet.example:8080", false],
  ["http://duet.example:9090", "duet.example:8080", false],
  ["http://duet.example.evil.example", "duet.example", false],
  ["null", "duet.example", false],
])("origin %s at host %s: %s", (origin, host, allowed) => {
  expect(isSameOrigin({ headers: { ...(origin === undefined ? {} : { origin }), host } })).toBe(allowed);
});
