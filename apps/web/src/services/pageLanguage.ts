/** The page's language: as this browser's person chose it, else as the browser wants it. */
import { LANGUAGES, type Language, languageOf, speak } from "../lib/language.ts";

const KEY = "duet-language";

/** @throws {Error} when the words cannot be fetched. */
export const startLanguage = (): Promise<void> => show(languageOf(localStorage.getItem(KEY), navigator.languages));

/** Changes it for every tab that is opened from now on, and at once in this one. @throws {Error} when the words cannot be fetched. */
export async function chooseLanguage(language: Language): Promise<void> {
  await show(language);
  localStorage.setItem(KEY, language);
}

async function show(language: Language): Promise<void> {
  await speak(language);
  document.documentElement.lang = LANGUAGES[language].tag;
}
