import { expect, test } from "vitest";
import { parseSettings } from "./config.ts";

test("flags win over the environment, which wins over defaults", () => {
  const env = { DUET_PORT: "9000", DUET_DATA: "elsewhere" };
  expect(parseSettings(["--port", "0", "--log-level", "warn"], env)).toEqual({
    port: 0,
    host: "127.0.0.1",
    data: "elsewhere",
    models: "models",
    hub: "https://huggingface.co",
    logLevel: "warn",
  });
});

test("says which setting is wrong", () => {
  expect(() => parseSettings(["--port", "70000"], {})).toThrow(/^--port must be at most 65535$/);
  expect(() => parseSettings([], { DUET_PORT: "many" })).toThrow(/^--port must be a number$/);
  expect(() => parseSettings(["--prot", "80"], {})).toThrow(/--prot/);
});
