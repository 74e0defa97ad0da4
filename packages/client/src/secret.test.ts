import { expect, it } from "vitest";
import { createSecret } from "./secret.ts";

it("makes different tokens that fit into a URL", () => {
  const secrets = Array.from({ length: 50 }, createSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/);
});
