/**
 * Which language the page speaks, and the catalogues of words that its folders have (`words.en.ts` and `words.zh.ts`, docs/adr/0067). Only
 * catalogues of the language in use are fetched, each with the first page whose folder has it.
 */
import { createStore, type ReadableStore } from "@duet/client/store";

/** Each with how numbers and dates are written in it, which is also the language that the document names. */
export const LANGUAGES = {
  en: { locale: "en-GB", tag: "en" },
  zh: { locale: "zh-CN", tag: "zh-CN" },
} as const;

export type Language = keyof typeof LANGUAGES;

const isLanguage = (value: unknown): value is Language => typeof value === "string" && Object.hasOwn(LANGUAGES, value);

interface Catalogue {
  /** Fetches its words of a language, once. */
  ready(language: Language): Promise<void>;
}

const catalogues = new Set<Catalogue>();
const spoken = createStore<Language>("en");

/** What the page speaks; components that keep what they drew ask for it (hooks/useLanguage.ts). */
export const language: ReadableStore<Language> = spoken;

/**
 * A folder's words, in whichever language is spoken when they are read: so they are read while something is drawn, and never when a module
 * is loaded, at which they throw.
 */
export function catalogue<Words extends object>(load: Readonly<Record<Language, () => Promise<Words>>>): Words {
  const known = new Map<Language, Words>();
  catalogues.add({
    async ready(language) {
      if (!known.has(language)) known.set(language, await load[language]());
    },
  });
  return new Proxy({} as Words, {
    get(_, key) {
      const words = known.get(spoken.get());
      if (!words) throw new Error(`The words "${String(key)}" are read before they are there`);
      return Reflect.get(words, key);
    },
  });
}

/** Fetches what is not there yet of the catalogues known so far. @throws {Error} when one cannot be fetched. */
export async function loadWords(next: Language = spoken.get()): Promise<void> {
  await Promise.all([...catalogues].map((one) => one.ready(next)));
}

/** A part of the page that is fetched when it is first shown, with the words that came with it. @throws {Error} as {@link loadWords}. */
export async function withWords<Part>(load: () => Promise<Part>): Promise<Part> {
  const part = await load();
  await loadWords();
  return part;
}

/** Changes the language once all of its words are there; whatever is shown stays. @throws {Error} as {@link loadWords}. */
export async function speak(next: Language): Promise<void> {
  await loadWords(next);
  spoken.set(next);
}

/** The first that is known of what a person chose here and of what the browser wants, in its order; English where there is none. */
export function languageOf(chosen: string | null, wanted: readonly string[]): Language {
  return [chosen, ...wanted].map((tag) => tag?.toLowerCase().split("-")[0]).find(isLanguage) ?? "en";
}
