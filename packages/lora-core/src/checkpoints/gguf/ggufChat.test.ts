import { expect, test } from "vitest";
import { ggufChat } from "./ggufChat.ts";
import type { GgufMetadata } from "./ggufHeader.ts";

const metadata = (entries: [string, string | number | string[]][]): GgufMetadata => new Map(entries);

test("the template comes with the pieces its token ids stand for", () => {
  const tokens: [string, string[]] = ["tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", "a"]];
  const full = metadata([
    ["tokenizer.chat_template", "T"],
    tokens,
    ["tokenizer.ggml.bos_token_id", 1],
    ["tokenizer.ggml.eos_token_id", 2],
  ]);
  expect(ggufChat(full)).toEqual({ source: "T", bosToken: "<s>", eosToken: "</s>" });
  expect(ggufChat(metadata([["tokenizer.chat_template", "T"], tokens]))).toEqual({ source: "T", bosToken: null, eosToken: null });
  expect(ggufChat(metadata([tokens]))).toBeNull();
});
