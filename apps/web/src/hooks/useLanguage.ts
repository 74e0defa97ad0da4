import { type Language, language } from "../lib/language.ts";
import { useStore } from "./useStore.ts";

/** What the page speaks; renders again when that changes. For the root, and for what keeps what it drew (`memo`, `useMemo`). */
export const useLanguage = (): Language => useStore(language);
