import { expect, test } from "vitest";
import { pageBelow, withoutBase } from "./basePath.ts";

test.each([
  ["/duet/join/a?x=1", "/join/a?x=1"],
  ["/duet/", "/"],
  ["/duet", "/"],
  ["/duet?x=1", "/?x=1"],
  ["/join/a", "/join/a"],
  ["/duettist/a", "/duettist/a"],
  ["/", "/"],
  ["/duet/duet/a", "/duet/a"],
])("%s below /duet is %s", (url, meant) => {
  expect(withoutBase(url, "/duet")).toBe(meant);
});

test("the page is told its base", () => {
  const html = '<head><base href="/" /></head>';
  expect(pageBelow("/apps/duet", html)).toBe('<head><base href="/apps/duet/" /></head>');
  expect(pageBelow("", html)).toBe(html);
});
