import { catalogue } from "../../lib/language.ts";

export const words = catalogue({
  en: async () => (await import("./words.en.ts")).en,
  zh: async () => (await import("./words.zh.ts")).zh,
});
