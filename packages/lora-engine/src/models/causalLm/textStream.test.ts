import { random } from "@duet/lora-core/tensors/random";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import { describe, expect, it } from "vitest";
import { readModelFolder } from "../testing/modelFolder.ts";
import { allOf } from "./testing/greedy.ts";
import { textStream } from "./textStream.ts";

const tokenizer = createTextTokenizer(readModelFolder("duet-tiny").tokenizer);

async function* each(tokens: readonly number[]): AsyncGenerator<number, void> {
  yield* tokens;
}

const pieces = (tokens: readonly number[], stop: readonly string[] = []) =>
  allOf(textStream(each(tokens), { decode: tokenizer.decode, stop }));

describe("a stream of text", () => {
  it("never cuts a character, and adds up to the whole text", async () => {
    const text = "naïve 日本語 👩🏽‍🔬 done";
    const tokens = tokenizer.encode(text);
    const found = await pieces(tokens);
    expect(found.join("")).toBe(text);
    expect(found.length).toBeGreaterThan(8);
    expect(found.length).toBeLessThan(tokens.length);
    for (const piece of found) expect(piece).toMatch(/^[^\uFFFD]+$/);
    // Refuses half a surrogate pair.
    for (const piece of found) expect(() => encodeURIComponent(piece)).not.toThrow();
  });

  it("shows bytes that never become a character at the end only", async () => {
    const [first = 0] = tokenizer.encode("日");
    const found = await pieces([...tokenizer.encode("so"), first]);
    expect(found.join("")).toBe("so\uFFFD");
  });

  it("ends before a stop string, however its tokens fall, and lets nothing of it out", async () => {
    const text = "one two\n\nUser: three";
    const tokens = tokenizer.encode(text);
    for (const stop of ["\n\nUser:", "User", "\n", "three", "o three"]) {
      const found = await pieces(tokens, ["absent", stop]);
      const end = text.indexOf(stop);
      expect(found.join("")).toBe(end < 0 ? text : text.slice(0, end));
    }
    expect((await pieces(tokens, ["User", "two"])).join("")).toBe("one ");
  });

  it("gives back what only looked like the beginning of a stop string", async () => {
    const uniform = random(5, "textStream");
    for (let round = 0; round < 40; round++) {
      const text = Array.from({ length: 24 }, () => "ab"[Math.floor(uniform() * 2)]).join("");
      const stop = Array.from({ length: 2 + Math.floor(uniform() * 5) }, () => "ab"[Math.floor(uniform() * 2)]).join("");
      const end = text.indexOf(stop);
      expect((await pieces(tokenizer.encode(text), [stop])).join("")).toBe(end < 0 ? text : text.slice(0, end));
    }
  });
});
