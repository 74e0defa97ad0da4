import { expect, test } from "vitest";
import { chatTemplateOf } from "./chatTemplate.ts";

test("a template comes from tokenizer_config.json, or from its own file, with the pieces it names", () => {
  const config = { chat_template: "A", bos_token: "<s>", eos_token: { content: "</s>", lstrip: false } };
  expect(chatTemplateOf(config, null)).toEqual({ source: "A", bosToken: "<s>", eosToken: "</s>" });
  expect(chatTemplateOf(config, "B")).toEqual({ source: "B", bosToken: "<s>", eosToken: "</s>" });
  expect(chatTemplateOf(null, "B")).toEqual({ source: "B", bosToken: null, eosToken: null });
  const several = {
    chat_template: [
      { name: "tool_use", template: "T" },
      { name: "default", template: "D" },
    ],
  };
  expect(chatTemplateOf(several, null)?.source).toBe("D");
});

test("a base model has none, and a file of another form is refused", () => {
  expect(chatTemplateOf(null, null)).toBeNull();
  expect(chatTemplateOf({ bos_token: "<s>", chat_template: null }, null)).toBeNull();
  expect(() => chatTemplateOf({ chat_template: 5 }, null)).toThrow("tokenizer_config.json cannot be used: chat_template");
});
