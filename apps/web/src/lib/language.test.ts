import { expect, test } from "vitest";
import { catalogue, languageOf, loadWords, speak } from "./language.ts";

test("a choice goes before the browser's wishes, and English is spoken where nothing else is known", () => {
  expect(languageOf("en", ["zh-CN", "en"])).toBe("en");
  expect(languageOf(null, ["zh-CN", "en"])).toBe("zh");
  expect(languageOf(null, ["fr-FR", "zh-Hant-TW", "en"])).toBe("zh");
  expect(languageOf("toString", ["fr"])).toBe("en");
  expect(languageOf(null, [])).toBe("en");
});

test("words are those of the language in use, and no other language's are fetched", async () => {
  const fetched: string[] = [];
  const of = (language: string, hello: string) => async () => {
    fetched.push(language);
    return { hello, counted: (rows: number) => `${hello} ${rows}` };
  };
  const words = catalogue({ en: of("en", "Hello"), zh: of("zh", "你好") });
  expect(() => words.hello).toThrow(/before they are there/);
  await loadWords();
  await loadWords();
  expect([words.hello, fetched]).toEqual(["Hello", ["en"]]);
  await speak("zh");
  expect([words.hello, words.counted(3)]).toEqual(["你好", "你好 3"]);
  await speak("en");
  expect(words.counted(3)).toBe("Hello 3");
  expect(fetched).toEqual(["en", "zh"]);
});
