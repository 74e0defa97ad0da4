import { expect, test } from "vitest";
import { pickedName } from "./pickedName.ts";

test("picked files are called after their folder or their GGUF file", () => {
  expect(pickedName([{ name: "config.json", webkitRelativePath: "SmolLM2-135M/config.json" }])).toBe("SmolLM2-135M");
  expect(pickedName([{ name: "Tiny.Q4_1.GGUF", webkitRelativePath: "" }])).toBe("Tiny.Q4_1");
  expect(pickedName([{ name: "config.json" }, { name: "model.safetensors" }])).toBeNull();
});
